#include "coordinator/store/memory_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

absl::Status NoJob(const std::string& job) {
  return absl::NotFoundError(absl::StrCat("no job ", job, " in the store"));
}

}  // namespace

MemoryStore::Entry* MemoryStore::Find(const std::string& job) {
  for (Entry& entry : jobs_) {
    if (entry.row.name == job) return &entry;
  }
  return nullptr;
}

absl::StatusOr<uint32_t> MemoryStore::NextIncarnation() {
  std::lock_guard lock(mutex_);
  return ++incarnation_;
}

absl::Status MemoryStore::AddJob(const JobRow& job) {
  std::lock_guard lock(mutex_);
  if (Find(job.name)) return absl::AlreadyExistsError(absl::StrCat("there is a job ", job.name));
  jobs_.push_back({.row = job, .steps = {}, .events = {}, .checkpoints = {}});
  return absl::OkStatus();
}

absl::Status MemoryStore::UpdateJob(const JobRow& job) {
  std::lock_guard lock(mutex_);
  Entry* entry = Find(job.name);
  if (!entry) return NoJob(job.name);
  entry->row.state = job.state;
  entry->row.message = job.message;
  entry->row.fingerprint = job.fingerprint;
  entry->row.started_ms = job.started_ms;
  entry->row.ended_ms = job.ended_ms;
  entry->row.priority = job.priority;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<JobRow>> MemoryStore::Jobs() {
  std::lock_guard lock(mutex_);
  std::vector<JobRow> rows;
  for (const Entry& entry : jobs_) rows.push_back(entry.row);
  return rows;
}

absl::Status MemoryStore::DeleteJob(const std::string& job) {
  std::lock_guard lock(mutex_);
  const auto removed =
      std::erase_if(jobs_, [&](const Entry& entry) { return entry.row.name == job; });
  return removed == 1 ? absl::OkStatus() : NoJob(job);
}

absl::Status MemoryStore::CommitStep(const std::string& job, const StepRow& row) {
  std::lock_guard lock(mutex_);
  Entry* entry = Find(job);
  if (!entry) return NoJob(job);
  const int64_t last = static_cast<int64_t>(entry->steps.size());
  if (row.step != last + 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("job ", job, ": outer step ", row.step, " cannot follow step ", last));
  }
  entry->steps.push_back(row);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<StepRow>> MemoryStore::Steps(const std::string& job, int64_t after,
                                                        int limit) {
  std::lock_guard lock(mutex_);
  Entry* entry = Find(job);
  if (!entry) return NoJob(job);
  std::vector<StepRow> rows;
  for (const StepRow& row : entry->steps) {
    if (row.step > after && static_cast<int>(rows.size()) < limit) rows.push_back(row);
  }
  return rows;
}

absl::StatusOr<std::vector<v1::OuterStepRecord>> MemoryStore::Records(const std::string& job,
                                                                      int64_t after, int limit) {
  auto rows = Steps(job, after, limit);
  if (!rows.ok()) return rows.status();
  std::vector<v1::OuterStepRecord> records;
  for (const StepRow& row : *rows) records.push_back(row.record);
  return records;
}

absl::StatusOr<JobTotals> MemoryStore::Totals(const std::string& job) {
  std::lock_guard lock(mutex_);
  Entry* entry = Find(job);
  if (!entry) return NoJob(job);
  JobTotals totals;
  for (const StepRow& row : entry->steps) {
    totals.steps = row.step;
    totals.inner_steps += row.record.inner_steps();
    totals.diverged += row.record.diverged();
  }
  return totals;
}

absl::Status MemoryStore::AddEvent(const std::string& job, int64_t unix_ms,
                                   const std::string& text) {
  std::lock_guard lock(mutex_);
  Entry* entry = Find(job);
  if (!entry) return NoJob(job);
  entry->events.push_back({++last_event_, unix_ms, text});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<EventRow>> MemoryStore::Events(const std::string& job, int64_t after,
                                                          int limit) {
  std::lock_guard lock(mutex_);
  Entry* entry = Find(job);
  if (!entry) return NoJob(job);
  std::vector<EventRow> rows;
  for (const EventRow& row : entry->events) {
    if (row.id > after) rows.push_back(row);
  }
  if (static_cast<int>(rows.size()) > limit) rows.erase(rows.begin(), rows.end() - limit);
  return rows;
}

absl::Status MemoryStore::AddCheckpoint(const std::string& job, const CheckpointRow& row) {
  std::lock_guard lock(mutex_);
  Entry* entry = Find(job);
  if (!entry) return NoJob(job);
  entry->checkpoints[row.step] = row;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<CheckpointRow>> MemoryStore::Checkpoints(const std::string& job) {
  std::lock_guard lock(mutex_);
  Entry* entry = Find(job);
  if (!entry) return NoJob(job);
  std::vector<CheckpointRow> rows;
  for (const auto& [step, row] : entry->checkpoints) rows.push_back(row);
  std::reverse(rows.begin(), rows.end());
  return rows;
}

absl::Status MemoryStore::RemoveCheckpoints(const std::string& job,
                                            const std::vector<int64_t>& steps) {
  std::lock_guard lock(mutex_);
  Entry* entry = Find(job);
  if (!entry) return NoJob(job);
  for (const int64_t step : steps) entry->checkpoints.erase(step);
  return absl::OkStatus();
}

}  // namespace paceline
