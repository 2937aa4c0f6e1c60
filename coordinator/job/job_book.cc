#include "coordinator/job/job_book.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr size_t kMaxNameBytes = 63;

absl::Status ReadProgress(Store& store, JobEntry& entry) {
  auto totals = store.Totals(entry.row().name);
  if (!totals.ok()) return totals.status();
  entry.step = totals->steps;
  auto history =
      StepHistory::Read(store, entry.row().name, entry.step, entry.row().config.outer().steps());
  if (absl::IsDataLoss(history.status())) {
    entry.damage = std::string(history.status().message());
    return absl::OkStatus();
  }
  if (!history.ok()) return history.status();
  entry.history = *std::move(history);
  if (const auto finding = entry.finding()) entry.told.insert(finding->kind);
  return absl::OkStatus();
}

// By the newest outer steps.
void FillPace(const JobEntry& entry, v1::JobSummary& summary) {
  double seconds = 0, inner_steps = 0;
  for (const StepFacts& step : entry.history.newest()) {
    seconds += step.seconds;
    inner_steps += static_cast<double>(step.inner_steps);
  }
  if (seconds <= 0) return;
  const auto steps = static_cast<double>(entry.history.newest().size());
  summary.set_inner_steps_per_second(inner_steps / seconds);
  summary.set_seconds_left(static_cast<double>(summary.steps() - summary.step()) * seconds / steps);
}

}  // namespace

std::optional<Finding> JobEntry::finding() const {
  const v1::JobConfig& config = row().config;
  return FindingOf(history, config.estimator().particles(), step >= config.outer().steps());
}

absl::StatusOr<JobBook> JobBook::Load(Store& store, const Clock& clock) {
  auto rows = store.Jobs();
  if (!rows.ok()) return rows.status();
  JobBook book(store, clock);
  for (JobRow& row : *rows) {
    auto entry = std::make_unique<JobEntry>(std::move(row));
    absl::Status status = ReadProgress(store, *entry);
    if (!status.ok()) return status;
    book.entries_.push_back(std::move(entry));
  }
  return book;
}

absl::StatusOr<std::string> JobBook::Submit(const v1::SubmitRequest& request,
                                            const std::string& submitter) {
  for (const auto& entry : entries_) {
    if (request.request_id().empty() || entry->row().request_id != request.request_id()) continue;
    const bool same = MessageDifferencer::Equals(request.config(), entry->row().config);
    if (same && entry->row().submitter == submitter) return entry->row().name;
    return absl::AlreadyExistsError(
        absl::StrCat("request id ", request.request_id(), " has submitted job ", entry->row().name,
                     same ? " for somebody else" : " with another config", "; use a new id"));
  }
  JobRow row;
  row.name = FreeName(request.config().name());
  row.config = request.config();
  row.source_yaml = request.source_yaml();
  row.request_id = request.request_id();
  row.submitted_ms = clock_->UnixMillis();
  row.submitter = submitter;
  row.priority = request.priority();
  absl::Status status = store_->AddJob(row);
  if (!status.ok()) return status;
  entries_.push_back(std::make_unique<JobEntry>(std::move(row)));
  return entries_.back()->row().name;
}

bool JobBook::HasRequest(const std::string& request_id) const {
  return !request_id.empty() && std::ranges::any_of(entries_, [&](const auto& entry) {
    return entry->row().request_id == request_id;
  });
}

absl::StatusOr<JobEntry*> JobBook::Find(const std::string& job) {
  if (JobEntry* entry = FindOrNull(job)) return entry;
  return absl::NotFoundError(
      absl::StrCat("there is no job \"", job, "\"; `paceline list` shows those that are"));
}

JobEntry* JobBook::RunningOrNext(const std::function<bool(const JobEntry&)>& is_able) {
  JobEntry* next = nullptr;
  for (const auto& entry : entries_) {
    if (entry->machine.state() == v1::JOB_STATE_RUNNING) return entry.get();
    if (entry->machine.state() != v1::JOB_STATE_QUEUED) continue;
    if (next && entry->row().priority <= next->row().priority) continue;
    if (!entry->set_aside || is_able(*entry)) next = entry.get();
  }
  return next;
}

absl::Status JobBook::Change(JobEntry& entry,
                             const std::function<absl::Status(JobMachine&)>& edge) {
  JobMachine changed = entry.machine;
  absl::Status status = edge(changed);
  if (status.ok()) status = store_->UpdateJob(changed.row());
  if (status.ok()) entry.machine = std::move(changed);
  return status;
}

absl::Status JobBook::Delete(const JobEntry& entry) {
  absl::Status status = store_->DeleteJob(entry.row().name);
  if (!status.ok()) return status;
  std::erase_if(entries_, [&](const auto& held) { return held.get() == &entry; });
  return absl::OkStatus();
}

JobEntry* JobBook::FindOrNull(const std::string& job) const {
  for (const auto& entry : entries_) {
    if (entry->row().name == job) return entry.get();
  }
  return nullptr;
}

std::string JobBook::FreeName(const std::string& wanted) const {
  std::string name = wanted;
  for (int number = 2; FindOrNull(name); ++number) {
    const std::string suffix = absl::StrCat("-", number);
    std::string stem = wanted.substr(0, kMaxNameBytes - suffix.size());
    while (absl::EndsWith(stem, "-")) stem.pop_back();
    name = stem + suffix;
  }
  return name;
}

v1::JobSummary Summarize(const JobEntry& entry) {
  const JobRow& row = entry.row();
  v1::JobSummary summary;
  summary.set_job(row.name);
  summary.set_state(row.state);
  summary.set_step(entry.step);
  summary.set_steps(row.config.outer().steps());
  const auto& newest = entry.history.newest();
  if (!newest.empty() && newest.back().loss) summary.set_mean_loss(*newest.back().loss);
  if (const MeanOfLosses recent = MeanLossOf(newest); recent.count > 0) {
    summary.set_recent_loss(recent.mean);
    summary.set_recent_steps(static_cast<uint32_t>(recent.count));
  }
  if (const auto finding = entry.finding()) summary.set_warning(finding->text);
  if (row.state == v1::JOB_STATE_RUNNING) FillPace(entry, summary);
  summary.set_message(row.message);
  summary.set_submitter(row.submitter);
  summary.set_priority(row.priority);
  summary.set_submitted_unix_ms(row.submitted_ms);
  summary.set_started_unix_ms(row.started_ms);
  summary.set_ended_unix_ms(row.ended_ms);
  return summary;
}

}  // namespace paceline
