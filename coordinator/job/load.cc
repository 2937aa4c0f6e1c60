#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/sync_folder.h"
#include "common/estimator/aggregation.h"
#include "common/lopt/layout.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/job/replay.h"
#include "coordinator/store/checkpoint.h"
#include "coordinator/store/data_folder.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

// Tells the job from another one that had its name.
std::string IdentityOf(const JobRow& job) {
  return Sha256Hex(
             absl::StrCat(job.name, "\n", job.submitted_ms, "\n", job.config.SerializeAsString()))
      .substr(0, ThetaSegment::kIdentityBytes);
}

// Of the versions that blocks are behind with.
absl::Status ReadHashes(const ThetaHistory& history, const JobRow& job, const OuterLoop& loop,
                        ThetaHashes& hashes) {
  const int64_t oldest = std::max<int64_t>(0, loop.step() - MostAge(job.config));
  if (oldest == loop.step()) return absl::OkStatus();
  auto range = history.Range(oldest, loop.step() - 1);
  if (!range.ok()) return range.status();
  for (int64_t i = 0; i < range->size(); ++i) {
    auto theta = range->At(i);
    if (!theta.ok()) return theta.status();
    hashes[theta->step()] = theta->hash();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Coordinator::Load(JobEntry& entry) {
  const JobRow& job = entry.row();
  // An earlier life may have made folders in it, and ended before it synced that.
  std::error_code ignored;
  if (std::filesystem::exists(FolderOf(job), ignored)) {
    if (absl::Status synced = SyncFolder(FolderOf(job)); !synced.ok()) return synced;
  }
  const int64_t oldest = OldestEpisodeStartAt(job.config, entry.step);
  ThetaHistory history({.folder = HistoryFolder(job),
                        .identity = IdentityOf(job),
                        .memory_bytes = options_.history_memory_bytes});
  // Of the versions before it there are files.
  const int64_t first = history.Adopt(job.name, oldest, entry.step,
                                      sizeof(float) * LayoutOf(job.config.optimizer()).size);
  ReplayRequest request{.job_folder = FolderOf(job),
                        .job = &job,
                        .start_by = first,
                        .last = entry.step,
                        .threads = options_.threads,
                        .visit =
                            [&](const OuterLoop& loop) {
                              if (loop.step() < first) return;
                              history.Push(job.name, loop.step(), loop.theta_hash(), loop.theta());
                            },
                        .warn = [&](const std::string& text) { events_.Note(job.name, text); }};
  auto loop = Replay(store_, request);
  if (!loop.ok()) return loop.status();
  if (const auto rows = store_.Checkpoints(job.name); rows.ok()) {
    SweepCheckpointFiles(FolderOf(job), *rows);
  }
  ThetaHashes hashes;
  if (absl::Status status = ReadHashes(history, job, **loop, hashes); !status.ok()) return status;
  const Dispatch::Options options{.first_epoch = next_epoch_, .audit_rate = options_.audit_rate};
  run_ = std::make_unique<JobRun>(job, *std::move(loop), std::move(history), std::move(hashes),
                                  options, entry.crew, clock_);
  loaded_ = &entry;
  trace_.Begin(job.name, entry.trace);
  BeginTracedStep(entry.step);
  members_.Open(job, run_->footprint(), roster_);
  step_began_ = clock_.Now();
  able_ = clock_.Now();
  busy_ = {};
  log_retry_at_ = {};
  OpenLog(entry);
  LogHeldOut(job);
  MeasureIfDue();
  return absl::OkStatus();
}

void Coordinator::OpenLog(const JobEntry& entry) {
  auto log = OuterLog::Open(FolderOf(entry.row()), entry.row().name, entry.step, clock_);
  if (!log.ok()) return GiveUpLog(log.status());
  log_ = *std::move(log);
  while (log_ && log_->last_step() < entry.step) {
    auto records = store_.Records(entry.row().name, log_->last_step(), 256);
    if (!records.ok() || records->empty()) return;
    for (const v1::OuterStepRecord& record : *records) AppendToLog(record);
  }
}

// The store has every record too, so that a log that cannot be written does not stop the job, and
// is caught up with when there is room again.
void Coordinator::AppendToLog(const v1::OuterStepRecord& record) {
  if (!log_ && clock_.Now() >= log_retry_at_) OpenLog(*loaded_);
  if (!log_) return;
  absl::Status status = log_->Append(record);
  if (!status.ok()) GiveUpLog(status);
}

void Coordinator::SettleLog() {
  if (!log_ && log_retry_at_ < SteadyTime::max()) OpenLog(*loaded_);
  if (!log_) return;
  absl::Status status = log_->Sync();
  if (!status.ok()) GiveUpLog(status);
}

void Coordinator::GiveUpLog(const absl::Status& why) {
  constexpr std::chrono::seconds kRetryInterval{10};
  log_.reset();
  const bool for_now = absl::IsResourceExhausted(why);
  log_retry_at_ = for_now ? clock_.Now() + kRetryInterval : SteadyTime::max();
  events_.Note(loaded_->row().name,
               absl::StrCat("the log is given up", for_now ? " until there is room: " : ": ",
                            why.message()));
}

}  // namespace paceline
