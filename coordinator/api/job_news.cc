#include "coordinator/api/job_news.h"

#include <algorithm>

namespace paceline {
namespace {

constexpr int kRowsAtOnce = 256;
// Of a job with more, the oldest are left out.
constexpr int kMostEvents = 10'000;

}  // namespace

absl::Status JobNews::Read(const Write& write, int64_t last_step) {
  if (absl::Status status = ReadEvents(); !status.ok()) return status;
  while (step_ < last_step && !broken_) {
    auto records = store_.Records(job_, step_, kRowsAtOnce);
    if (!records.ok()) return records.status();
    if (records->empty()) break;
    for (const v1::OuterStepRecord& record : *records) {
      if (record.step() > last_step) break;
      HandOverEvents(write, record.unix_ms());
      step_ = record.step();
      v1::LogEntry entry;
      entry.set_unix_ms(record.unix_ms());
      *entry.mutable_record() = record;
      HandOver(write, entry);
    }
    if (records->back().step() > last_step) break;
  }
  HandOverEvents(write, std::numeric_limits<int64_t>::max());
  return absl::OkStatus();
}

absl::Status JobNews::ReadEvents() {
  auto events = store_.Events(job_, event_, kMostEvents);
  if (!events.ok()) return events.status();
  events_ = *std::move(events);
  if (!events_.empty()) event_ = events_.back().id;
  return absl::OkStatus();
}

void JobNews::HandOver(const Write& write, const v1::LogEntry& entry) {
  broken_ = broken_ || !write(entry);
}

void JobNews::HandOverEvents(const Write& write, int64_t unix_ms) {
  const auto end = std::ranges::find_if(
      events_, [unix_ms](const EventRow& event) { return event.unix_ms >= unix_ms; });
  for (auto event = events_.begin(); event != end; ++event) {
    v1::LogEntry entry;
    entry.set_unix_ms(event->unix_ms);
    entry.set_event(event->text);
    HandOver(write, entry);
  }
  events_.erase(events_.begin(), end);
}

}  // namespace paceline
