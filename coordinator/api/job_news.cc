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
      HandOverPending(write, record.unix_ms());
      step_ = record.step();
      v1::LogEntry entry;
      entry.set_unix_ms(record.unix_ms());
      *entry.mutable_record() = record;
      HandOver(write, entry);
    }
    if (records->back().step() > last_step) break;
  }
  HandOverPending(write, std::numeric_limits<int64_t>::max());
  return absl::OkStatus();
}

absl::Status JobNews::ReadEvents() {
  auto events = store_.Events(job_, event_, kMostEvents);
  if (!events.ok()) return events.status();
  for (const EventRow& event : *events) {
    event_ = event.id;
    v1::LogEntry& entry = pending_.emplace_back();
    entry.set_unix_ms(event.unix_ms);
    entry.set_event(event.text);
  }
  std::ranges::stable_sort(pending_, {}, &v1::LogEntry::unix_ms);
  return absl::OkStatus();
}

void JobNews::AddHeldOut(const std::vector<v1::HeldOutRecord>& records) {
  for (const v1::HeldOutRecord& record : records) {
    if (!held_out_.insert(record.step()).second) continue;
    v1::LogEntry& entry = pending_.emplace_back();
    entry.set_unix_ms(record.unix_ms());
    *entry.mutable_held_out() = record;
  }
}

void JobNews::HandOver(const Write& write, const v1::LogEntry& entry) {
  broken_ = broken_ || !write(entry);
}

void JobNews::HandOverPending(const Write& write, int64_t unix_ms) {
  const auto end = std::ranges::find_if(
      pending_, [unix_ms](const v1::LogEntry& entry) { return entry.unix_ms() >= unix_ms; });
  for (auto entry = pending_.begin(); entry != end; ++entry) HandOver(write, *entry);
  pending_.erase(pending_.begin(), end);
}

}  // namespace paceline
