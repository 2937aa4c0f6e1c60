// How an evaluation stands, kept up to date by a thread that survives the coordinator's restarts.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "paceline/v1/evaluation_service.pb.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace paceline {

// Thread-safe.
class EvaluationWatcher {
 public:
  // Gives up when the coordinator has not been reached for `patience` by `clock`, which outlives
  // the watcher.
  EvaluationWatcher(std::shared_ptr<grpc::Channel> channel, std::string coordinator,
                    std::string name, std::chrono::seconds patience = std::chrono::minutes(10),
                    const Clock& clock = Clock::Real());
  // Ends the call in progress.
  ~EvaluationWatcher();

  // The newest state, if there was one since the last call; waits for at most `timeout`.
  std::optional<v1::EvaluationSummary> Next(std::chrono::milliseconds timeout);
  // Nothing will follow: the evaluation has ended, or status() says why not.
  bool ended() const;
  absl::Status status() const;
  // What is wrong with the connection; empty while all is well.
  std::string trouble() const;

 private:
  void Run(const std::stop_token& stop);
  absl::Status WatchOnce(const std::stop_token& stop);
  void Take(v1::EvaluationSummary summary);
  void End(absl::Status status);

  const std::shared_ptr<grpc::Channel> channel_;
  const std::string coordinator_, name_;
  const std::chrono::seconds patience_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<v1::EvaluationSummary> newest_;  // guarded by mutex_
  std::string trouble_;                          // guarded by mutex_
  absl::Status status_;                          // guarded by mutex_
  bool ended_ = false;                           // guarded by mutex_
  bool evaluation_ended_ = false;                // of the thread
  SteadyTime heard_at_;                          // of the thread
  std::jthread thread_;
};

}  // namespace paceline
