#include "coordinator/cli/client/job_watcher.h"

#include <algorithm>
#include <utility>

#include "common/rpc/status.h"
#include "coordinator/cli/client/passing.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "paceline/v1/job.grpc.pb.h"

namespace paceline {
JobWatcher::JobWatcher(std::shared_ptr<grpc::Channel> channel, std::string coordinator,
                       std::string job, int64_t after_step, std::chrono::seconds patience,
                       const Clock& clock)
    : channel_(std::move(channel)),
      coordinator_(std::move(coordinator)),
      job_(std::move(job)),
      patience_(patience),
      clock_(clock),
      seen_step_(after_step),
      heard_at_(clock.Now()),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

JobWatcher::~JobWatcher() {
  thread_.request_stop();
  thread_.join();
}

std::optional<v1::Progress> JobWatcher::Next(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return !queue_.empty() || ended_; });
  if (queue_.empty()) return std::nullopt;
  v1::Progress progress = std::move(queue_.front());
  queue_.pop_front();
  return progress;
}

bool JobWatcher::ended() const {
  std::lock_guard lock(mutex_);
  return ended_ && queue_.empty();
}

absl::Status JobWatcher::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

std::string JobWatcher::trouble() const {
  std::lock_guard lock(mutex_);
  return trouble_;
}

void JobWatcher::Run(const std::stop_token& stop) {
  while (true) {
    const absl::Status status = WatchOnce(stop);
    if ((status.ok() && job_ended_) || stop.stop_requested()) return End(absl::OkStatus());
    const bool patient = clock_.Now() - heard_at_ < patience_;
    if (!IsPassing(status) || !patient) return End(status);
    std::unique_lock lock(mutex_);
    if (absl::IsUnavailable(status)) {
      trouble_ = fmt::format("the coordinator at {} is away; trying again", coordinator_);
    }
    changed_.wait_for(lock, stop, kRetryAfter, [] { return false; });
  }
}

absl::Status JobWatcher::WatchOnce(const std::stop_token& stop) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kWatchDeadline);
  const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
  v1::WatchRequest request;
  request.set_job(job_);
  request.set_after_step(seen_step_);
  auto reader = v1::JobService::NewStub(channel_)->Watch(&context, request);
  v1::Progress progress;
  while (reader->Read(&progress)) Take(std::move(progress));
  return FromCall(reader->Finish(), coordinator_);
}

void JobWatcher::Take(v1::Progress progress) {
  heard_at_ = clock_.Now();
  job_ended_ = HasEnded(progress.summary().state());
  if (progress.has_record()) seen_step_ = std::max(seen_step_, progress.record().step());
  std::lock_guard lock(mutex_);
  trouble_.clear();
  queue_.push_back(std::move(progress));
  changed_.notify_all();
}

void JobWatcher::End(absl::Status status) {
  std::lock_guard lock(mutex_);
  status_ = std::move(status);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace paceline
