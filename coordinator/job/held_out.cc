#include "coordinator/job/held_out.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/evaluation/held_out.h"
#include "common/log/fields.h"
#include "common/text/held_out.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/log/held_out_log.h"
#include "coordinator/store/checkpoint.h"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

// What an earlier θ must have gone further to be called better: less is chance.
constexpr double kClearlyMore = 0.05;

absl::StatusOr<Submission> SubmissionOf(const JobRun& run) {
  v1::SubmitEvaluationRequest request;
  *request.mutable_suite() = run.config().evaluate().suite();
  v1::SubmittedOptimizer& optimizer = *request.add_optimizers();
  optimizer.set_title(run.job());
  optimizer.set_safetensors(
      ThetaFile(run.job(), run.config(), run.loop().step(), run.loop().theta()));
  return CheckSubmission(std::move(request));
}

}  // namespace

bool IsMeasured(const v1::JobConfig& config, int64_t step) {
  if (!config.has_evaluate() || step == 0) return false;
  return step % config.evaluate().every() == 0 || step == config.outer().steps();
}

std::optional<std::string> HeldOutWarning(std::span<const v1::HeldOutRecord> records, bool done) {
  if (records.empty()) return std::nullopt;
  const v1::HeldOutRecord& newest = records.back();
  if (2 * newest.failed() > newest.runs()) {
    return fmt::format(
        "{} of {} trainings of held-out tasks diverged, collapsed or stalled with θ of outer step "
        "{} (paceline evaluations {})",
        newest.failed(), newest.runs(), newest.step(), newest.evaluation());
  }
  const v1::HeldOutRecord& best = *BestOf(records);
  if (!done || best.progress() < newest.progress() + kClearlyMore) return std::nullopt;
  return fmt::format(
      "θ of outer step {} did better on held-out tasks, {:.3f} against {:.3f} at the end; "
      "paceline export --best writes it",
      best.step(), best.progress(), newest.progress());
}

void Coordinator::MeasureIfDue() {
  if (!IsMeasured(run_->config(), run_->loop().step())) return;
  const ScopedTrace trace(trace_.step());
  auto submission = SubmissionOf(*run_);
  absl::Status status = submission.status();
  if (status.ok()) {
    submission->submitter = SubmitterOf(run_->job()).value_or("");
    status = desk_->Submit(*submission, {.job = run_->job(), .step = run_->loop().step()}).status();
  }
  if (status.ok()) return;
  events_.Note(run_->job(), absl::StrCat("θ of outer step ", run_->loop().step(),
                                         " is not measured: ", status.message()));
}

void Coordinator::TakeHeldOut() {
  for (const auto& [job, record] : desk_->TakeHeldOut()) {
    const ScopedLogFields fields({{"job", job}});
    spdlog::info("job {}: {}", job, HeldOutText(record));
    const auto entry = book_.Find(job);
    if (!entry.ok()) continue;
    LogHeldOut((*entry)->row());
    const auto warning = HeldOutWarning({&record, 1}, false);
    if (warning) events_.Note(job, absl::StrCat("warning: ", *warning));
    observer_.JobChanged(job);
  }
}

void Coordinator::LogHeldOut(const JobRow& job) {
  const auto records = desk_->HeldOut(job.name);
  if (records.empty()) return;
  const absl::Status written = WriteHeldOutLog(FolderOf(job), records, clock_);
  if (written.ok()) return;
  events_.Note(job.name,
               absl::StrCat("the log of measurements was not written: ", written.message()));
}

void Coordinator::MarkMeasured(std::vector<CheckpointRow>& rows) const {
  std::vector<int64_t> steps = desk_->PendingOf(run_->job());
  const auto records = desk_->HeldOut(run_->job());
  if (const v1::HeldOutRecord* best = BestOf(records)) steps.push_back(best->step());
  for (CheckpointRow& row : rows) row.marked |= std::ranges::find(steps, row.step) != steps.end();
}

void Coordinator::FillHeldOut(const v1::JobConfig& config, v1::JobSummary& summary) const {
  if (!config.has_evaluate()) return;
  const auto records = desk_->HeldOut(summary.job());
  summary.set_held_out_pending(static_cast<uint32_t>(desk_->PendingOf(summary.job()).size()));
  if (records.empty()) return;
  *summary.mutable_held_out() = records.back();
  *summary.mutable_best_held_out() = *BestOf(records);
  const auto warning = HeldOutWarning(records, summary.step() >= summary.steps());
  if (warning && summary.warning().empty()) summary.set_warning(*warning);
}

}  // namespace paceline
