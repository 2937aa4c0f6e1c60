#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/text/evaluation_state.h"
#include "coordinator/evaluate/desk.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

constexpr size_t kMaxNameBytes = 63;

}  // namespace

absl::StatusOr<std::string> EvaluationDesk::Submit(Submission& submission,
                                                   const ThetaOfJob& theta) {
  const std::string& request_id = submission.request.request_id();
  if (const Entry* same = FindSame(request_id, theta)) return same->record.evaluation();
  auto entry = std::make_unique<Entry>();
  v1::EvaluationRecord& record = entry->record;
  record.set_evaluation(FreeName(theta.job.empty()
                                     ? submission.request.suite().name()
                                     : absl::StrCat(theta.job, "-step-", theta.step)));
  record.set_number(next_number_);
  record.set_state(v1::EVALUATION_STATE_QUEUED);
  record.set_submitted_unix_ms(clock_.UnixMillis());
  record.set_request_id(request_id);
  record.set_job(theta.job);
  record.set_job_step(theta.step);
  record.set_submitter(submission.submitter);
  if (absl::Status added = archive_.Add(record, submission.request); !added.ok()) return added;
  ++next_number_;
  Begin(*entry, std::move(submission));
  spdlog::info("evaluation {}: submitted, {} units to begin with", record.evaluation(),
               entry->run->progress().units_known);
  entries_.push_back(std::move(entry));
  Tell();
  return record.evaluation();
}

v1::ListEvaluationsReply EvaluationDesk::List() const {
  v1::ListEvaluationsReply reply;
  for (const auto& entry : entries_) *reply.add_evaluations() = SummaryOf(*entry);
  return reply;
}

EvaluationCounts EvaluationDesk::Count() const {
  EvaluationCounts counts;
  for (const auto& entry : entries_) {
    ++counts.by_state[entry->record.state()];
    if (!entry->run) continue;
    counts.units_done += entry->run->progress().units_done;
    counts.units_known += entry->run->progress().units_known;
    counts.units_under_way += entry->run->under_way();
  }
  return counts;
}

absl::StatusOr<v1::EvaluationSummary> EvaluationDesk::Summary(const std::string& name) const {
  const auto entry = Find(name);
  if (!entry.ok()) return entry.status();
  return SummaryOf(**entry);
}

absl::StatusOr<v1::EvaluationDetail> EvaluationDesk::Show(const std::string& name) const {
  const auto entry = Find(name);
  if (!entry.ok()) return entry.status();
  v1::EvaluationDetail detail;
  *detail.mutable_summary() = SummaryOf(**entry);
  detail.set_fingerprint((*entry)->record.fingerprint());
  *detail.mutable_events() = (*entry)->record.events();
  return detail;
}

absl::StatusOr<v1::EvaluationSummary> EvaluationDesk::Cancel(const std::string& name) {
  const auto entry = Find(name);
  if (!entry.ok()) return entry.status();
  const v1::EvaluationState state = (*entry)->record.state();
  if ((*entry)->run) {
    End(**entry, v1::EVALUATION_STATE_CANCELLED, "");
  } else if (state != v1::EVALUATION_STATE_CANCELLED) {
    return absl::FailedPreconditionError(
        absl::StrCat("evaluation ", name, " has ", StateWord(state), " and cannot be cancelled"));
  }
  return SummaryOf(**entry);
}

std::vector<v1::HeldOutRecord> EvaluationDesk::HeldOut(const std::string& job) const {
  std::vector<v1::HeldOutRecord> records;
  for (const auto& entry : entries_) {
    const v1::EvaluationRecord& record = entry->record;
    if (record.job() == job && record.has_held_out()) records.push_back(record.held_out());
  }
  std::ranges::sort(records, {}, &v1::HeldOutRecord::step);
  return records;
}

std::vector<int64_t> EvaluationDesk::PendingOf(const std::string& job) const {
  std::vector<int64_t> steps;
  for (const auto& entry : entries_) {
    if (entry->run && entry->record.job() == job) steps.push_back(entry->record.job_step());
  }
  return steps;
}

void EvaluationDesk::CancelOf(const std::string& job) {
  for (const auto& entry : entries_) {
    if (entry->run && entry->record.job() == job) End(*entry, v1::EVALUATION_STATE_CANCELLED, "");
  }
}

absl::Status EvaluationDesk::DeleteOf(const std::string& job) {
  CancelOf(job);
  std::vector<std::string> names;
  for (const auto& entry : entries_) {
    if (entry->record.job() == job) names.push_back(entry->record.evaluation());
  }
  for (const std::string& name : names) {
    if (absl::Status deleted = Delete(name); !deleted.ok()) return deleted;
  }
  return absl::OkStatus();
}

absl::Status EvaluationDesk::Delete(const std::string& name) {
  const auto entry = Find(name);
  if (!entry.ok()) return entry.status();
  if ((*entry)->run) {
    return absl::FailedPreconditionError(
        absl::StrCat("evaluation ", name, " is ", StateWord((*entry)->record.state()),
                     "; only one that has ended can be deleted: cancel it first"));
  }
  if (absl::Status removed = archive_.Remove(name); !removed.ok()) return removed;
  spdlog::info("evaluation {}: deleted on request", name);
  std::erase_if(entries_, [&](const auto& held) { return held.get() == *entry; });
  Tell();
  return absl::OkStatus();
}

EvaluationDesk::Entry* EvaluationDesk::FindSame(const std::string& request_id,
                                                const ThetaOfJob& theta) const {
  const auto found = std::ranges::find_if(entries_, [&](const auto& entry) {
    const v1::EvaluationRecord& record = entry->record;
    if (!theta.job.empty()) return record.job() == theta.job && record.job_step() == theta.step;
    return !request_id.empty() && record.request_id() == request_id;
  });
  return found == entries_.end() ? nullptr : found->get();
}

EvaluationDesk::Entry* EvaluationDesk::FindOrNull(const std::string& name) const {
  const auto found = std::ranges::find_if(
      entries_, [&](const auto& entry) { return entry->record.evaluation() == name; });
  return found == entries_.end() ? nullptr : found->get();
}

absl::StatusOr<EvaluationDesk::Entry*> EvaluationDesk::Find(const std::string& name) const {
  if (Entry* entry = FindOrNull(name)) return entry;
  return absl::NotFoundError(absl::StrCat("there is no evaluation \"", name,
                                          "\"; `paceline evaluations` shows those that are"));
}

EvaluationDesk::Entry* EvaluationDesk::AtWork(const std::string& name) const {
  Entry* entry = FindOrNull(name);
  return entry && entry->run ? entry : nullptr;
}

std::string EvaluationDesk::FreeName(const std::string& wanted) const {
  std::string name = wanted;
  for (int number = 2; FindOrNull(name); ++number) {
    const std::string suffix = absl::StrCat("-", number);
    std::string stem = wanted.substr(0, kMaxNameBytes - suffix.size());
    while (absl::EndsWith(stem, "-")) stem.pop_back();
    name = stem + suffix;
  }
  return name;
}

v1::EvaluationSummary EvaluationDesk::SummaryOf(const Entry& entry) const {
  const v1::EvaluationRecord& record = entry.record;
  v1::EvaluationSummary summary;
  summary.set_evaluation(record.evaluation());
  summary.set_state(record.state());
  summary.set_message(record.message());
  summary.set_submitted_unix_ms(record.submitted_unix_ms());
  summary.set_started_unix_ms(record.started_unix_ms());
  summary.set_ended_unix_ms(record.ended_unix_ms());
  summary.set_units_done(record.units_done());
  summary.set_units_known(record.units_known());
  summary.set_job(record.job());
  summary.set_job_step(record.job_step());
  summary.set_submitter(record.submitter());
  if (!entry.run) return summary;
  const PlanProgress& progress = entry.run->progress();
  summary.set_units_done(progress.units_done);
  summary.set_units_known(progress.units_known);
  summary.set_work_done(progress.work_done);
  summary.set_work_known(progress.work_known);
  summary.set_units_under_way(entry.run->under_way());
  const SteadyTime now = clock_.Now();
  summary.set_units_per_second(entry.run->pace().units_per_second(now));
  const double speed = entry.run->pace().work_per_second(now);
  if (speed > 0) summary.set_seconds_left((progress.work_known - progress.work_done) / speed);
  if (record.message().empty()) summary.set_message(entry.run->Waiting());
  return summary;
}

}  // namespace paceline
