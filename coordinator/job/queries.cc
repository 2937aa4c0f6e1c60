#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/log/fields.h"
#include "common/lopt/layout.h"
#include "common/text/job_state.h"
#include "coordinator/job/busy_timer.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/store/data_folder.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

constexpr int kEventsShown = 200;

void FillRefusals(const RefusalCounts& counts, v1::JobDetail& detail) {
  for (int i = 0; i < kRefusals; ++i) {
    const auto refusal = static_cast<Refusal>(i);
    if (counts.of(refusal) == 0) continue;
    v1::RefusalCount& own = *detail.add_refusals();
    own.set_refusal(NameOf(refusal));
    own.set_count(counts.of(refusal));
  }
}

}  // namespace

absl::StatusOr<std::string> Coordinator::Submit(const v1::SubmitRequest& request,
                                                const std::string& submitter) {
  BusyTimer busy(clock_, busy_);
  if (!fatal_.ok()) return fatal_;
  auto job = book_.Submit(request, submitter);
  if (!job.ok()) return job;
  TraceContext& trace = (*book_.Find(*job))->trace;
  if (!trace.valid()) trace = CurrentTrace();
  Pump();
  return job;
}

absl::StatusOr<v1::JobSummary> Coordinator::Request(
    const std::string& job, std::initializer_list<v1::JobState> there,
    const std::function<absl::Status(JobMachine&)>& edge) {
  auto entry = book_.Find(job);
  if (!entry.ok()) return entry.status();
  if (std::ranges::find(there, (*entry)->machine.state()) == there.end()) {
    absl::Status status = ChangeState(**entry, edge);
    if (!status.ok()) return status;
    if (*entry == loaded_ && (*entry)->machine.ended()) Unload();
    Pump();
  }
  return SummaryOf(**entry);
}

absl::StatusOr<v1::JobSummary> Coordinator::Pause(const std::string& job) {
  return Request(job, {v1::JOB_STATE_PAUSED}, [](JobMachine& machine) { return machine.Pause(); });
}

absl::StatusOr<v1::JobSummary> Coordinator::Resume(const std::string& job) {
  return Request(job, {v1::JOB_STATE_QUEUED, v1::JOB_STATE_RUNNING},
                 [](JobMachine& machine) { return machine.Resume(); });
}

absl::StatusOr<v1::JobSummary> Coordinator::Cancel(const std::string& job) {
  const int64_t now = clock_.UnixMillis();
  if (run_ && run_->job() == job) SettleLog();
  const auto summary = Request(job, {v1::JOB_STATE_CANCELLED},
                               [now](JobMachine& machine) { return machine.Cancel(now); });
  if (summary.ok()) desk_->CancelOf(job);
  return summary;
}

absl::StatusOr<v1::JobSummary> Coordinator::SetPriority(const std::string& job, int32_t priority) {
  return Request(job, {},
                 [priority](JobMachine& machine) { return machine.SetPriority(priority); });
}

absl::StatusOr<std::string> Coordinator::SubmitterOf(const std::string& job) {
  auto entry = book_.Find(job);
  if (!entry.ok()) return entry.status();
  return (*entry)->row().submitter;
}

// The folder goes first: while the store knows the job, what failed half way can be asked for
// again.
absl::Status Coordinator::Delete(const std::string& job) {
  auto entry = book_.Find(job);
  if (!entry.ok()) return entry.status();
  if (!(*entry)->machine.ended()) {
    return absl::FailedPreconditionError(
        absl::StrCat("job ", job, " is ", StateWord((*entry)->machine.state()),
                     "; only a job that has ended can be deleted: cancel it first"));
  }
  absl::Status status = desk_->DeleteOf(job);
  if (status.ok()) status = RemoveJobFolder(options_.data_folder, job);
  const RefusalCounts refusals = (*entry)->crew.refusals();
  const AuditCounts audits = (*entry)->crew.audits();
  if (status.ok()) status = book_.Delete(**entry);
  if (!status.ok()) return status;
  const ScopedLogFields fields({{"job", job}});
  counts_.deleted_refusals.Add(refusals);
  counts_.deleted_audits.Add(audits);
  spdlog::info("job {}: deleted on request", job);
  observer_.JobChanged(job);
  return absl::OkStatus();
}

absl::StatusOr<v1::JobSummary> Coordinator::Summary(const std::string& job) {
  auto entry = book_.Find(job);
  if (!entry.ok()) return entry.status();
  return SummaryOf(**entry);
}

absl::StatusOr<v1::JobDetail> Coordinator::Show(const std::string& job) {
  auto found = book_.Find(job);
  if (!found.ok()) return found.status();
  const JobEntry& entry = **found;
  auto hash = ThetaHashOf(entry);
  if (!hash.ok()) return hash.status();
  auto totals = store_.Totals(job);
  if (!totals.ok()) return totals.status();
  auto events = store_.Events(job, 0, kEventsShown);
  if (!events.ok()) return events.status();

  v1::JobDetail detail;
  *detail.mutable_summary() = SummaryOf(entry);
  *detail.mutable_config() = entry.row().config;
  detail.set_source_yaml(entry.row().source_yaml);
  detail.set_parameters(LayoutOf(entry.row().config.optimizer()).size);
  detail.set_theta_hash(*hash);
  detail.set_fingerprint(entry.row().fingerprint);
  detail.set_folder(FolderOf(entry.row()));
  detail.set_inner_steps(totals->inner_steps);
  detail.set_diverged_particles(totals->diverged);
  for (const EventRow& event : *events) detail.add_events(event.text);
  FillRefusals(entry.crew.refusals(), detail);
  detail.set_audits(entry.crew.audits().audits);
  detail.set_audit_mismatches(entry.crew.audits().mismatches);
  return detail;
}

absl::StatusOr<RefusalCounts> Coordinator::Refusals(const std::string& job) {
  auto entry = book_.Find(job);
  if (!entry.ok()) return entry.status();
  return (*entry)->crew.refusals();
}

v1::ListReply Coordinator::List() {
  v1::ListReply reply;
  for (const auto& entry : book_.entries()) *reply.add_jobs() = SummaryOf(*entry);
  return reply;
}

v1::ListWorkersReply Coordinator::ListWorkers() const {
  v1::ListWorkersReply reply;
  for (const auto& [id, worker] : roster_.workers()) {
    v1::WorkerSummary& summary = *reply.add_workers();
    summary.set_worker_id(static_cast<uint64_t>(id));
    summary.set_name(worker.name);
    summary.set_peer(worker.peer);
    summary.set_identity(worker.identity);
    summary.set_threads(worker.threads);
    for (const auto& [tier, text] : worker.fingerprints) {
      v1::TierFingerprint& own = *summary.add_fingerprints();
      own.set_tier(tier);
      own.set_fingerprint(text);
    }
    if (run_) summary.set_blocks(run_->dispatch().leases().Owned(id));
    summary.set_units(desk_->UnderWay(id));
    summary.set_seconds_since_heard(
        std::chrono::duration<double>(clock_.Now() - worker.heard).count());
    summary.set_inner_steps_per_second(links_.inner_steps_per_second(id));
    summary.set_version(worker.version);
    summary.set_device(worker.device);
    summary.set_resident_bytes(worker.resident_bytes);
    summary.set_memory_bytes(worker.memory_bytes);
    summary.set_protocol(worker.protocol);
    summary.set_answers(worker.answers);
  }
  return reply;
}

absl::StatusOr<Coordinator::ThetaAnswer> Coordinator::FindTheta(const std::string& job,
                                                                std::optional<int64_t> step) {
  auto entry = book_.Find(job);
  if (!entry.ok()) return entry.status();
  ThetaAnswer answer{.job = (*entry)->row(), .step = step.value_or((*entry)->step), .theta = {}};
  if (answer.step < 0 || answer.step > (*entry)->step) {
    return absl::OutOfRangeError(absl::StrCat("job ", job, " has done ", (*entry)->step,
                                              " outer steps; there is no θ of step ", answer.step));
  }
  if (*entry == loaded_ && answer.step == run_->loop().step()) {
    answer.theta.emplace(run_->loop().theta().begin(), run_->loop().theta().end());
  }
  return answer;
}

v1::JobSummary Coordinator::SummaryOf(const JobEntry& entry) const {
  v1::JobSummary summary = Summarize(entry);
  const bool at_work = entry.machine.state() == v1::JOB_STATE_RUNNING ||
                       entry.machine.state() == v1::JOB_STATE_QUEUED;
  if (&entry == loaded_ && room_.waits() && at_work) {
    summary.set_message(room_.message());
  } else if (&entry == loaded_ && entry.machine.state() == v1::JOB_STATE_RUNNING) {
    summary.set_message(run_->loop().done()
                            ? "measures θ on held-out tasks"
                            : members_.Waiting(run_->loop().blocks(), run_->crew()));
  } else if (entry.machine.state() == v1::JOB_STATE_QUEUED && loaded_ && !entry.set_aside) {
    summary.set_message(absl::StrCat("waits for job ", loaded_->row().name));
  }
  FillHeldOut(entry.row().config, summary);
  return summary;
}

absl::StatusOr<uint64_t> Coordinator::ThetaHashOf(const JobEntry& entry) {
  const JobRow& job = entry.row();
  if (entry.step == 0) {
    const ThetaLayout layout = LayoutOf(job.config.optimizer());
    return ThetaHash(job.name, 0, InitialTheta(layout, job.config.seed()));
  }
  auto rows = store_.Steps(job.name, entry.step - 1, 1);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return absl::DataLossError("the newest outer step is not in the store");
  return rows->front().theta_hash;
}

std::string Coordinator::FolderOf(const JobRow& job) const {
  return JobFolder(options_.data_folder, job.name);
}

}  // namespace paceline
