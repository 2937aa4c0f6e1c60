#include "coordinator/cli/client/evaluation_watcher.h"

#include <utility>

#include "common/rpc/status.h"
#include "common/text/evaluation_state.h"
#include "coordinator/cli/client/passing.h"
#include "fmt/format.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "paceline/v1/evaluation_service.grpc.pb.h"

namespace paceline {

EvaluationWatcher::EvaluationWatcher(std::shared_ptr<grpc::Channel> channel,
                                     std::string coordinator, std::string name,
                                     std::chrono::seconds patience, const Clock& clock)
    : channel_(std::move(channel)),
      coordinator_(std::move(coordinator)),
      name_(std::move(name)),
      patience_(patience),
      clock_(clock),
      heard_at_(clock.Now()),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

EvaluationWatcher::~EvaluationWatcher() {
  thread_.request_stop();
  thread_.join();
}

std::optional<v1::EvaluationSummary> EvaluationWatcher::Next(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return newest_ || ended_; });
  return std::exchange(newest_, std::nullopt);
}

bool EvaluationWatcher::ended() const {
  std::lock_guard lock(mutex_);
  return ended_ && !newest_;
}

absl::Status EvaluationWatcher::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

std::string EvaluationWatcher::trouble() const {
  std::lock_guard lock(mutex_);
  return trouble_;
}

void EvaluationWatcher::Run(const std::stop_token& stop) {
  while (true) {
    const absl::Status status = WatchOnce(stop);
    if ((status.ok() && evaluation_ended_) || stop.stop_requested()) return End(absl::OkStatus());
    const bool patient = clock_.Now() - heard_at_ < patience_;
    if (!IsPassing(status) || !patient) return End(status);
    std::unique_lock lock(mutex_);
    if (absl::IsUnavailable(status)) {
      trouble_ = fmt::format("the coordinator at {} is away; trying again", coordinator_);
    }
    changed_.wait_for(lock, stop, kRetryAfter, [] { return false; });
  }
}

absl::Status EvaluationWatcher::WatchOnce(const std::stop_token& stop) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kWatchDeadline);
  const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
  v1::EvaluationRequest request;
  request.set_evaluation(name_);
  const auto reader = v1::EvaluationService::NewStub(channel_)->Watch(&context, request);
  v1::EvaluationSummary summary;
  while (reader->Read(&summary)) Take(std::move(summary));
  return FromCall(reader->Finish(), coordinator_);
}

void EvaluationWatcher::Take(v1::EvaluationSummary summary) {
  heard_at_ = clock_.Now();
  evaluation_ended_ = HasEnded(summary.state());
  std::lock_guard lock(mutex_);
  trouble_.clear();
  newest_ = std::move(summary);
  changed_.notify_all();
}

void EvaluationWatcher::End(absl::Status status) {
  std::lock_guard lock(mutex_);
  status_ = std::move(status);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace paceline
