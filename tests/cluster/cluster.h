// A coordinator and its workers as real programs, with a client.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"
#include "paceline/v1/job.grpc.pb.h"
#include "tests/testing/process.h"

namespace paceline {

// Whatever does not come about within a minute fails the test that waits for it.
class Cluster {
 public:
  // Starts the coordinator at a free port of `host`, in all its lives with these arguments beside
  // the usual.
  explicit Cluster(std::vector<std::string> coordinator_arguments = {},
                   std::string host = "127.0.0.1");

  // ---- programs
  Process& coordinator() { return *coordinator_; }
  // For this machine.
  const std::string& address() const { return address_; }
  // Where it listened the first time, with everything it has stored.
  void RestartCoordinator();
  // Index of the worker; its name is "w<index>". It has not joined yet. `environment` is added to
  // this process's, `more` to its arguments.
  size_t StartWorker(int threads = 1, const std::map<std::string, std::string>& environment = {},
                     const std::vector<std::string>& more = {});
  // The same for a coordinator that has another address from where the worker is.
  size_t StartWorkerFor(const std::string& address, int threads,
                        const std::map<std::string, std::string>& environment,
                        const std::vector<std::string>& more);
  Process& worker(size_t index) { return *workers_[index]; }
  // A client program, to its end.
  Finished Paceline(std::vector<std::string> arguments);

  // ---- jobs
  // Name of the job.
  std::string Submit(const std::string& yaml);
  // Follows the job until `step` outer steps are done (or it ended). The outer steps done.
  int64_t WaitForStep(const std::string& job, int64_t step);
  // Follows the job to its end.
  v1::JobSummary WaitForEnd(const std::string& job);
  // Digest of its θ: the last word that `paceline hash` prints.
  std::string Hash(const std::string& job);
  v1::JobDetail Show(const std::string& job);
  std::vector<v1::WorkerSummary> Workers();
  // Names of the workers that the coordinator knows.
  std::vector<std::string> WorkerNames();
  bool WaitForWorkers(size_t count, std::chrono::milliseconds limit = kPatience);

 private:
  void StartCoordinator(const std::string& port);
  v1::JobSummary Follow(const std::string& job, int64_t step);

  const std::vector<std::string> coordinator_arguments_;
  const std::string host_;
  TemporaryFolder folder_;
  std::string address_;
  std::unique_ptr<Process> coordinator_;
  std::vector<std::unique_ptr<Process>> workers_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
};

// The digest of an undisturbed run by one worker with one thread; run once per job.
const std::string& UndisturbedHash(const std::string& yaml);

// That the disturbance fell into the middle, or the test would show nothing.
void ExpectUnfinished(Cluster& cluster, const std::string& job);

}  // namespace paceline
