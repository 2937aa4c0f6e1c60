#include "coordinator/service/watch.h"

#include <google/protobuf/util/message_differencer.h>

#include <chrono>
#include <limits>
#include <utility>
#include <vector>

namespace paceline {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr int kRowsAtOnce = 256;
// How long a watcher who has gone may go unnoticed while nothing happens.
constexpr std::chrono::milliseconds kLongestWait{500};

bool Ended(v1::JobState state) {
  return state == v1::JOB_STATE_SUCCEEDED || state == v1::JOB_STATE_FAILED ||
         state == v1::JOB_STATE_CANCELLED;
}

class Follower {
 public:
  Follower(JobServiceDeps& deps, const v1::WatchRequest& request,
           const std::function<bool(const v1::Progress&)>& write)
      : deps_(deps), job_(request.job()), write_(write), step_(request.after_step()) {}

  bool ended() const { return Ended(progress_.summary().state()); }
  bool broken() const { return broken_; }

  absl::Status SendNews() {
    auto progress = deps_.loop.Call([&]() -> absl::StatusOr<v1::Progress> {
      auto summary = deps_.coordinator.Summary(job_);
      if (!summary.ok()) return summary.status();
      v1::Progress now;
      *now.mutable_summary() = *std::move(summary);
      now.set_workers(deps_.coordinator.worker_count());
      return now;
    });
    if (!progress.ok()) return progress.status();
    const bool changed = !MessageDifferencer::Equals(*progress, progress_);
    progress_ = *std::move(progress);
    sent_ = false;
    if (absl::Status status = ReadEvents(); !status.ok()) return status;
    if (absl::Status status = SendRecords(); !status.ok()) return status;
    SendEventsUntil(std::numeric_limits<int64_t>::max());
    if (changed && !sent_) Write(progress_);
    return absl::OkStatus();
  }

 private:
  absl::Status ReadEvents() {
    auto events = deps_.store.Events(job_, event_, kRowsAtOnce);
    if (!events.ok()) return events.status();
    events_ = *std::move(events);
    if (!events_.empty()) event_ = events_.back().id;
    return absl::OkStatus();
  }

  void SendEventsUntil(int64_t unix_ms) {
    size_t sent = 0;
    for (; sent < events_.size() && events_[sent].unix_ms <= unix_ms; ++sent) {
      v1::Progress progress = progress_;
      progress.set_event(events_[sent].text);
      Write(progress);
    }
    events_.erase(events_.begin(), events_.begin() + sent);
  }

  absl::Status SendRecords() {
    while (step_ < progress_.summary().step() && !broken_) {
      auto records = deps_.store.Records(job_, step_, kRowsAtOnce);
      if (!records.ok()) return records.status();
      if (records->empty()) break;
      for (const v1::OuterStepRecord& record : *records) {
        SendEventsUntil(record.unix_ms() - 1);
        step_ = record.step();
        v1::Progress progress = progress_;
        *progress.mutable_record() = record;
        Write(progress);
      }
    }
    return absl::OkStatus();
  }

  void Write(const v1::Progress& progress) {
    sent_ = true;
    broken_ = broken_ || !write_(progress);
  }

  JobServiceDeps& deps_;
  const std::string job_;
  const std::function<bool(const v1::Progress&)>& write_;
  int64_t step_;                  // of the newest record sent
  int64_t event_ = 0;             // newest one read
  std::vector<EventRow> events_;  // read and not sent yet
  v1::Progress progress_;
  bool sent_ = false;
  bool broken_ = false;
};

}  // namespace

absl::Status FollowJob(JobServiceDeps& deps, const v1::WatchRequest& request,
                       const std::function<bool(const v1::Progress&)>& write,
                       const std::function<bool()>& cancelled) {
  Follower follower(deps, request, write);
  while (true) {
    const uint64_t seen = deps.hub.version();
    if (absl::Status status = follower.SendNews(); !status.ok()) return status;
    if (follower.ended() || follower.broken()) return absl::OkStatus();
    deps.hub.WaitBeyond(seen, kLongestWait);
    if (cancelled()) return absl::CancelledError("the watcher has gone");
    if (deps.hub.closed()) {
      return absl::UnavailableError("the coordinator is stopping; watch again when it is back");
    }
  }
}

}  // namespace paceline
