#include "coordinator/job/coordinator.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/fields.h"
#include "common/text/job_state.h"
#include "coordinator/job/busy_timer.h"
#include "coordinator/job/held_out.h"
#include "coordinator/store/checkpoint.h"
#include "coordinator/store/data_folder.h"
#include "coordinator/store/retention.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

// Of what is stored for the job, as against a disk that cannot be read just now.
bool IsTheJobsFault(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsInvalidArgument(status) || absl::IsOutOfRange(status);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Coordinator>> Coordinator::Start(Options options, Store& store,
                                                                const Clock& clock,
                                                                JobObserver& observer) {
  auto incarnation = store.NextIncarnation();
  if (!incarnation.ok()) return incarnation.status();
  auto book = JobBook::Load(store, clock);
  if (!book.ok()) return book.status();
  std::unique_ptr<Coordinator> coordinator(
      new Coordinator(std::move(options), store, clock, observer, *std::move(book), *incarnation));
  auto desk = EvaluationDesk::Open({.data_folder = coordinator->options_.data_folder,
                                    .first_attempt = coordinator->next_epoch_ + 1,
                                    .changed = [&observer] { observer.JobChanged(""); }},
                                   clock);
  if (!desk.ok()) return desk.status();
  coordinator->desk_ = *std::move(desk);
  for (const auto& entry : coordinator->book_.entries()) {
    if (!entry->damage.empty()) coordinator->events_.Note(entry->row().name, entry->damage);
  }
  coordinator->Pump();
  if (!coordinator->fatal().ok()) return coordinator->fatal();
  return coordinator;
}

Coordinator::Coordinator(Options options, Store& store, const Clock& clock, JobObserver& observer,
                         JobBook book, uint32_t incarnation)
    : options_(std::move(options)),
      store_(store),
      clock_(clock),
      observer_(observer),
      book_(std::move(book)),
      roster_(clock),
      links_(clock),
      events_(store, clock, observer),
      trace_(*options_.tracer),
      next_epoch_(uint64_t{incarnation} << 32) {}

void Coordinator::Pump() {
  while (fatal_.ok() && PumpOnce()) {
  }
}

// True if there may be more to do.
bool Coordinator::PumpOnce() {
  JobEntry* next = book_.RunningOrNext([this](const JobEntry& entry) { return IsAble(entry); });
  if (!next || !room_.MayTry(clock_.Now())) return false;
  if (next != loaded_) {
    Unload();
    if (absl::Status status = Load(*next); !status.ok()) {
      if (!IsTheJobsFault(status)) {
        WaitOrStop(status);
        return false;
      }
      loaded_ = next;
      FailJob(std::string(status.message()));
      return true;
    }
  }
  if (next->machine.state() == v1::JOB_STATE_QUEUED) {
    const int64_t now = clock_.UnixMillis();
    absl::Status status = ChangeState(*next, [now](JobMachine& job) { return job.Start(now); });
    if (!status.ok()) WaitOrStop(status);
    return status.ok();
  }
  if (run_->loop().done() && !uncommitted_) {
    if (!desk_->PendingOf(run_->job()).empty()) return false;
    const int64_t now = clock_.UnixMillis();
    WriteDueCheckpoint();
    SettleLog();
    absl::Status status = ChangeState(*next, [now](JobMachine& job) { return job.Succeed(now); });
    if (!status.ok()) {
      WaitOrStop(status);
      return false;
    }
    Unload();
    return true;
  }
  if (!uncommitted_) {
    PlanWork();
    trace_.Enter("gather");
  }
  if (!uncommitted_ && !run_->step_complete()) return false;
  FinishStep();
  return true;
}

void Coordinator::FinishStep() {
  const ScopedLogFields fields({{"job", run_->job()}, {"step", run_->loop().step() + 1}});
  const ScopedTrace trace(trace_.step());
  if (!uncommitted_) {
    trace_.Enter("estimate");
    auto row = run_->CloseStep();
    if (!row.ok()) return FailJob(std::string(row.status().message()));
    FillTimes(row->record);
    uncommitted_ = *std::move(row);
  }
  trace_.Enter("commit");
  if (absl::Status status = CommitStep(); !status.ok()) {
    trace_.Fail(status);
    return IsTheJobsFault(status) ? FailJob(std::string(status.message())) : WaitOrStop(status);
  }
  const StepRow row = *std::exchange(uncommitted_, std::nullopt);
  BeginTracedStep(row.step);
  run_->OpenStep();
  loaded_->step = row.step;
  loaded_->history.Add(row.record);
  counts_.Add(row.record, run_->loop().blocks());
  newest_record_ = row.record;
  // The workers begin while files are written here.
  PlanWork();
  trace_.Enter("gather");
  TellRoom();
  AppendToLog(row.record);
  const bool due =
      row.step % run_->config().checkpoint_every() == 0 || IsMeasured(run_->config(), row.step);
  if (due && !run_->loop().done()) WriteDueCheckpoint();
  MeasureIfDue();
  TellFinding();
  TellReplay(row.record);
  observer_.JobChanged(run_->job());
}

void Coordinator::BeginTracedStep(int64_t step) {
  trace_.BeginStep(step);
  trace_.Enter("publish");
  run_->mail().set_traceparent(trace_.traceparent());
}

absl::Status Coordinator::CommitStep() {
  const SteadyTime began = clock_.Now();
  absl::Status status = store_.CommitStep(run_->job(), *uncommitted_);
  counts_.commit_seconds.Add(std::chrono::duration<double>(clock_.Now() - began).count());
  return status;
}

void Coordinator::TellReplay(const v1::OuterStepRecord& record) {
  if (record.replayed_inner_steps() == 0) return;
  events_.Note(run_->job(),
               absl::StrCat("outer step ", record.step(), ": ", record.replayed_inner_steps(),
                            " inner steps were run again for blocks that had moved"));
}

void Coordinator::TellFinding() {
  const std::optional<Finding> finding = loaded_->finding();
  if (!finding || !loaded_->told.insert(finding->kind).second) return;
  events_.Note(run_->job(), absl::StrCat("warning: ", finding->text));
}

void Coordinator::FillTimes(v1::OuterStepRecord& record) {
  const SteadyTime now = clock_.Now();
  const double seconds = std::chrono::duration<double>(now - step_began_).count();
  record.set_seconds(seconds);
  record.set_coordinator_seconds(std::chrono::duration<double>(busy_).count());
  record.set_unix_ms(clock_.UnixMillis());
  links_.EndStep(seconds);
  for (const auto& [id, worker] : roster_.workers()) {
    const double speed = links_.inner_steps_per_second(id);
    if (speed > 0) counts_.worker_speeds.Add(speed);
  }
  step_began_ = now;
  busy_ = {};
}

// A checkpoint that cannot be written costs a longer replay, not the job.
void Coordinator::WriteDueCheckpoint() {
  const std::string folder = FolderOf(loaded_->row());
  auto row = WriteCheckpoint(folder, run_->job(), run_->config(), run_->loop().Save());
  absl::Status status = row.status();
  if (status.ok()) status = store_.AddCheckpoint(run_->job(), *row);
  if (status.ok()) return PruneCheckpoints();
  events_.Note(run_->job(), absl::StrCat("the checkpoint of outer step ", run_->loop().step(),
                                         " was not written: ", status.message()));
}

// The rows first: a file that stays behind is swept when the job is loaded.
void Coordinator::PruneCheckpoints() {
  auto rows = store_.Checkpoints(run_->job());
  if (!rows.ok()) return;
  MarkMeasured(*rows);
  const std::vector<int64_t> steps = CheckpointsToRemove(
      *std::move(rows), RetentionOf(options_.keep_checkpoints, run_->config().checkpoint_every()));
  if (steps.empty()) return;
  absl::Status status = store_.RemoveCheckpoints(run_->job(), steps);
  for (const int64_t step : steps) {
    if (status.ok()) status = RemoveCheckpointFiles(FolderOf(loaded_->row()), step);
  }
  if (!status.ok()) spdlog::warn("job {}: {}", run_->job(), std::string(status.message()));
}

absl::Status Coordinator::ChangeState(JobEntry& entry,
                                      const std::function<absl::Status(JobMachine&)>& edge) {
  const v1::JobState before = entry.machine.state();
  absl::Status status = book_.Change(entry, edge);
  if (!status.ok()) return status;
  TellRoom();
  const v1::JobState after = entry.machine.state();
  if (after == v1::JOB_STATE_RUNNING) {
    entry.set_aside = false;
    step_began_ = clock_.Now();
    able_ = clock_.Now();
    busy_ = {};
  }
  if (after != before) {
    events_.Note(entry.row().name,
                 absl::StrCat(StateWord(before), " → ", StateWord(after),
                              entry.row().message.empty() ? "" : ": ", entry.row().message));
  }
  observer_.JobChanged(entry.row().name);
  return status;
}

void Coordinator::FailJob(const std::string& why) {
  const int64_t now = clock_.UnixMillis();
  if (run_) SettleLog();
  absl::Status status = ChangeState(*loaded_, [&](JobMachine& job) { return job.Fail(now, why); });
  if (!status.ok()) WaitOrStop(status);
  Unload();
}

void Coordinator::Unload() {
  if (run_) {
    const ScopedLogFields fields({{"job", run_->job()}});
    spdlog::info("job {}: {}", run_->job(), run_->CountsText());
    run_->mail().EndAll(loaded_->machine.ended() ? "" : "another job takes its place");
    Deliver();
    next_epoch_ = run_->dispatch().epoch() + 1;
  }
  trace_.End();
  members_.Close();
  links_.EndStep(0);
  run_.reset();
  if (loaded_ && loaded_->machine.ended()) {
    std::error_code ignored;
    std::filesystem::remove_all(HistoryFolder(loaded_->row()), ignored);
  }
  log_.reset();
  uncommitted_.reset();
  newest_record_.reset();
  loaded_ = nullptr;
}

void Coordinator::WaitOrStop(const absl::Status& status) {
  const bool waited = room_.waits();
  if (!room_.Refused(status, clock_.Now())) return Stop(status);
  if (!waited) spdlog::warn("{}", room_.message());
}

void Coordinator::TellRoom() {
  const auto waited = room_.Granted(clock_.Now());
  if (!waited || !loaded_) return;
  events_.Note(loaded_->row().name, absl::StrCat("goes on: there was no room on the disk for ",
                                                 waited->count() / 1000, " s"));
  SettleLog();
}

void Coordinator::Stop(const absl::Status& status) {
  if (!fatal_.ok()) return;
  fatal_ = status;
  spdlog::critical("stopping: {}", std::string(status.message()));
}

}  // namespace paceline
