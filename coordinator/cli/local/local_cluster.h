// A coordinator and workers on this machine, as processes of their own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/cli/local/child_process.h"

namespace paceline {

struct LocalClusterOptions {
  std::string program_folder;  // of paceline-coordinator and paceline-worker
  std::string data;            // the coordinator's folder; made if need be
  int workers = 1;
  int threads_per_worker = 1;
  std::string data_sets{};             // the workers' --data-dir; empty: their own default
  std::vector<std::string> plugins{};  // the workers' --task-plugin
  std::string memory_per_worker{};     // a worker's --memory; empty: its own default
  std::string http{};                  // the coordinator's --http; empty: its own default
  std::string log_format = "text";     // of all programs
  bool trace = false;                  // spans of all, into the folder `traces` of `data`
};

// Not thread-safe; made by the main thread (see ChildProcess).
class LocalCluster {
 public:
  // Returns when the coordinator listens. An error says what the coordinator's log said last.
  static absl::StatusOr<std::unique_ptr<LocalCluster>> Start(const LocalClusterOptions& options);
  // Workers first, then the coordinator, each asked to stop and killed if it does not.
  ~LocalCluster();

  const std::string& address() const { return address_; }
  // "http://127.0.0.1:7780"; empty if there is none.
  const std::string& dashboard() const { return dashboard_; }
  pid_t coordinator_pid() const { return coordinator_.pid(); }
  pid_t worker_pid(size_t index) const { return workers_[index].pid(); }
  // Internal if the coordinator, or the last worker, has ended by itself.
  absl::Status Check();
  // Kills everything now.
  void Kill();

 private:
  explicit LocalCluster(ChildProcess coordinator) : coordinator_(std::move(coordinator)) {}
  absl::Status StartWorkers(const LocalClusterOptions& options);

  ChildProcess coordinator_;
  std::string address_, dashboard_;
  std::vector<ChildProcess> workers_;
};

}  // namespace paceline
