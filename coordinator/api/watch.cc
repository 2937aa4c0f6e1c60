#include <google/protobuf/util/message_differencer.h>

#include <chrono>
#include <utility>
#include <vector>

#include "coordinator/api/job_api.h"
#include "coordinator/api/job_news.h"

namespace paceline {
namespace {

using google::protobuf::util::MessageDifferencer;

// How long a watcher who has gone may go unnoticed while nothing happens.
constexpr std::chrono::milliseconds kLongestWait{500};

bool Ended(v1::JobState state) {
  return state == v1::JOB_STATE_SUCCEEDED || state == v1::JOB_STATE_FAILED ||
         state == v1::JOB_STATE_CANCELLED;
}

class Follower {
 public:
  Follower(JobApi::Deps& deps, const v1::WatchRequest& request,
           const std::function<bool(const v1::Progress&)>& write)
      : deps_(deps),
        job_(request.job()),
        write_(write),
        news_(deps.store, request.job(), request.after_step()) {}

  bool ended() const { return Ended(progress_.summary().state()); }
  bool broken() const { return broken_; }

  absl::Status SendNews() {
    std::vector<v1::HeldOutRecord> held_out;
    auto progress = deps_.loop.Call([&]() -> absl::StatusOr<v1::Progress> {
      auto summary = deps_.coordinator.Summary(job_);
      if (!summary.ok()) return summary.status();
      v1::Progress now;
      *now.mutable_summary() = *std::move(summary);
      now.set_workers(deps_.coordinator.worker_count());
      held_out = deps_.coordinator.HeldOut(job_);
      return now;
    });
    if (!progress.ok()) return progress.status();
    const bool changed = !MessageDifferencer::Equals(*progress, progress_);
    progress_ = *std::move(progress);
    news_.AddHeldOut(held_out);
    bool sent = false;
    absl::Status status = news_.Read(
        [&](const v1::LogEntry& entry) {
          sent = true;
          return Send(entry);
        },
        progress_.summary().step());
    if (status.ok() && changed && !sent) broken_ = !write_(progress_);
    return status;
  }

 private:
  bool Send(const v1::LogEntry& entry) {
    v1::Progress progress = progress_;
    if (entry.has_record()) {
      *progress.mutable_record() = entry.record();
    } else if (entry.has_held_out()) {
      *progress.mutable_held_out() = entry.held_out();
    } else {
      progress.set_event(entry.event());
    }
    broken_ = !write_(progress);
    return !broken_;
  }

  JobApi::Deps& deps_;
  const std::string job_;
  const std::function<bool(const v1::Progress&)>& write_;
  JobNews news_;
  v1::Progress progress_;
  bool broken_ = false;
};

}  // namespace

absl::Status JobApi::Watch(const v1::WatchRequest& request,
                           const std::function<bool(const v1::Progress&)>& write,
                           const std::function<bool()>& cancelled) {
  Follower follower(deps_, request, write);
  while (true) {
    const uint64_t seen = deps_.hub.version();
    if (absl::Status status = follower.SendNews(); !status.ok()) return status;
    if (follower.ended() || follower.broken()) return absl::OkStatus();
    deps_.hub.WaitBeyond(seen, kLongestWait);
    if (cancelled()) return absl::CancelledError("the watcher has gone");
    if (deps_.hub.closed()) {
      return absl::UnavailableError("the coordinator is stopping; watch again when it is back");
    }
  }
}

}  // namespace paceline
