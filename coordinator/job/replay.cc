#include "coordinator/job/replay.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

constexpr int kRowsAtOnce = 64;

absl::Status CheckHash(const OuterLoop& loop, const JobRow& job, uint64_t stored) {
  if (loop.theta_hash() == stored) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "job ", job.name, ": θ after outer step ", loop.step(),
      " is not the one that was trained: the stored data is damaged, or this build computes "
      "otherwise than the one that ran the job"));
}

// The state of a checkpoint, or why it cannot be used.
absl::StatusOr<std::unique_ptr<OuterLoop>> FromCheckpoint(Store& store,
                                                          const ReplayRequest& request,
                                                          const CheckpointRow& row) {
  auto state = ReadCheckpoint(request.job_folder, request.job->config, row);
  if (!state.ok()) return state.status();
  auto loop = std::make_unique<OuterLoop>(request.job->name, request.job->config, request.threads);
  absl::Status status = loop->Restore(*state);
  if (!status.ok()) return status;
  auto stored = store.Steps(request.job->name, row.step - 1, 1);
  if (!stored.ok()) return stored.status();
  if (stored->empty()) return absl::DataLossError("the store has no such outer step");
  status = CheckHash(*loop, *request.job, stored->front().theta_hash);
  if (!status.ok()) return status;
  return loop;
}

absl::StatusOr<std::unique_ptr<OuterLoop>> Begin(Store& store, const ReplayRequest& request) {
  auto rows = store.Checkpoints(request.job->name);
  if (!rows.ok()) return rows.status();
  for (const CheckpointRow& row : *rows) {
    if (row.step > request.start_by) continue;
    auto loop = FromCheckpoint(store, request, row);
    if (loop.ok()) return loop;
    if (request.warn) {
      request.warn(absl::StrCat("the checkpoint of outer step ", row.step,
                                " cannot be used: ", loop.status().message()));
    }
  }
  return std::make_unique<OuterLoop>(request.job->name, request.job->config, request.threads);
}

absl::Status TakeStep(OuterLoop& loop, const JobRow& job, const StepRow& row) {
  if (row.step != loop.step() + 1) {
    return absl::DataLossError(
        absl::StrCat("job ", job.name, ": outer step ", loop.step() + 1, " is not in the store"));
  }
  auto record = loop.Advance(row.particles, row.windows);
  if (!record.ok()) {
    return absl::DataLossError(absl::StrCat("job ", job.name, ": outer step ", row.step,
                                            " cannot be taken again: ", record.status().message()));
  }
  return CheckHash(loop, job, row.theta_hash);
}

}  // namespace

absl::StatusOr<std::unique_ptr<OuterLoop>> Replay(Store& store, const ReplayRequest& request) {
  auto loop = Begin(store, request);
  if (!loop.ok()) return loop.status();
  if (request.visit) request.visit(**loop);
  while ((*loop)->step() < request.last) {
    auto rows = store.Steps(request.job->name, (*loop)->step(), kRowsAtOnce);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) {
      return absl::OutOfRangeError(absl::StrCat("job ", request.job->name, " has done ",
                                                (*loop)->step(), " outer steps, not ",
                                                request.last));
    }
    for (const StepRow& row : *rows) {
      if (row.step > request.last) break;
      absl::Status status = TakeStep(**loop, *request.job, row);
      if (!status.ok()) return status;
      if (request.visit) request.visit(**loop);
    }
  }
  return loop;
}

absl::StatusOr<std::vector<float>> ReplayTheta(Store& store, const std::string& job_folder,
                                               const JobRow& job, int64_t step, int threads,
                                               ReplayFrom from) {
  if (step < 0) return absl::OutOfRangeError("outer steps are counted from 0");
  ReplayRequest request{.job_folder = job_folder,
                        .job = &job,
                        .start_by = from == ReplayFrom::kStart ? -1 : step,
                        .last = step,
                        .threads = threads,
                        .visit = {},
                        .warn = {}};
  auto loop = Replay(store, request);
  if (!loop.ok()) return loop.status();
  return std::vector<float>((*loop)->theta().begin(), (*loop)->theta().end());
}

}  // namespace paceline
