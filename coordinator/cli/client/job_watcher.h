// A job's progress as a queue, filled by a thread that survives the coordinator's restarts.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "paceline/v1/job.pb.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace paceline {

// Thread-safe.
class JobWatcher {
 public:
  // Gives up when the coordinator has not been reached for `patience` by `clock`, which outlives
  // the watcher.
  JobWatcher(std::shared_ptr<grpc::Channel> channel, std::string coordinator, std::string job,
             int64_t after_step, std::chrono::seconds patience = std::chrono::minutes(10),
             const Clock& clock = Clock::Real());
  // Ends the call in progress.
  ~JobWatcher();

  // The next message; nothing if none came within `timeout`, or if there will be none.
  std::optional<v1::Progress> Next(std::chrono::milliseconds timeout);
  // There will be no more messages: the job has ended, or status() says why not.
  bool ended() const;
  absl::Status status() const;
  // What is wrong with the connection; empty while all is well.
  std::string trouble() const;

 private:
  void Run(const std::stop_token& stop);
  absl::Status WatchOnce(const std::stop_token& stop);
  void Take(v1::Progress progress);
  void End(absl::Status status);

  const std::shared_ptr<grpc::Channel> channel_;
  const std::string coordinator_;
  const std::string job_;
  const std::chrono::seconds patience_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<v1::Progress> queue_;  // guarded by mutex_
  std::string trouble_;             // guarded by mutex_
  absl::Status status_;             // guarded by mutex_
  bool ended_ = false;              // guarded by mutex_
  int64_t seen_step_;               // of the thread
  bool job_ended_ = false;          // of the thread
  SteadyTime heard_at_;             // of the thread
  std::jthread thread_;
};

}  // namespace paceline
