#include "coordinator/job/numbers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "coordinator/job/coordinator.h"

namespace paceline {
namespace {

double NormOf(std::span<const float> values) {
  const double squares = std::accumulate(
      values.begin(), values.end(), 0.0,
      [](double sum, float value) { return sum + static_cast<double>(value) * value; });
  return std::sqrt(squares);
}

uint32_t CountWithoutOwner(const LeaseBook& leases) {
  uint32_t count = 0;
  for (uint32_t block = 0; block < leases.blocks(); ++block) count += !leases.place(block).owner;
  return count;
}

// Under its own name while there are few.
void CountVersion(const std::string& version, std::map<std::string, int64_t>& counts) {
  const std::string name = version.empty() ? "unknown" : version.substr(0, 64);
  const bool fits = counts.contains(name) || counts.size() < WorkersNumbers::kMostVersions;
  ++counts[fits ? name : "other"];
}

}  // namespace

const char* DeviceKind(const std::string& device) {
  if (device.empty()) return "unknown";
  return device.starts_with("NVIDIA") ? "cuda" : "cpu";
}

void CoordinatorCounts::Add(const v1::OuterStepRecord& record, uint32_t blocks) {
  ++outer_steps;
  inner_steps += record.inner_steps();
  replayed_inner_steps += record.replayed_inner_steps();
  diverged_particles += record.diverged();
  busy_seconds += record.coordinator_seconds();
  outer_step_seconds.Add(record.seconds());
  for (int age = 0; age < record.answer_ages_size(); ++age) {
    answer_ages.Add(age, record.answer_ages(age));
  }
  if (record.answer_ages_size() == 0) answer_ages.Add(0, blocks);
}

CoordinatorNumbers Coordinator::Numbers() const {
  CoordinatorNumbers numbers{.counts = counts_,
                             .refusals = counts_.deleted_refusals,
                             .audits = counts_.deleted_audits,
                             .evaluations = desk_->Count(),
                             .waits_for_room = room_.waits()};
  FillJobs(numbers);
  FillWorkers(numbers.workers);
  if (run_) numbers.at_work = NumbersAtWork();
  return numbers;
}

void Coordinator::FillJobs(CoordinatorNumbers& numbers) const {
  const auto list = [&](const JobEntry& entry) {
    if (numbers.jobs.size() == CoordinatorNumbers::kMostJobs) {
      ++numbers.jobs_left_out;
      return;
    }
    numbers.jobs.push_back({.job = entry.row().name,
                            .state = entry.machine.state(),
                            .step = entry.step,
                            .steps = entry.row().config.outer().steps()});
  };
  if (loaded_) list(*loaded_);
  for (const auto& entry : book_.entries()) {
    ++numbers.jobs_by_state[entry->machine.state()];
    numbers.refusals.Add(entry->crew.refusals());
    numbers.audits.Add(entry->crew.audits());
    if (entry.get() != loaded_ && !entry->machine.ended()) list(*entry);
  }
}

WorkerState Coordinator::StateOf(WorkerId id) const {
  if (!run_) return WorkerState::kIdle;
  if (run_->crew().GaveUpOn(id)) return WorkerState::kGivenUp;
  if (run_->dispatch().leases().Owned(id) > 0) return WorkerState::kWorking;
  return members_.IsPinned(id) ? WorkerState::kIdle : WorkerState::kMismatched;
}

void Coordinator::FillWorkers(WorkersNumbers& numbers) const {
  for (const auto& [id, worker] : roster_.workers()) {
    ++numbers.by_state[StateOf(id)];
    ++numbers.by_device[DeviceKind(worker.device)];
    CountVersion(worker.version, numbers.by_version);
    numbers.resident_bytes += worker.resident_bytes;
    const std::chrono::duration<double> silence = clock_.Now() - worker.heard;
    numbers.longest_silence_seconds = std::max(numbers.longest_silence_seconds, silence.count());
  }
}

JobAtWork Coordinator::NumbersAtWork() const {
  JobAtWork work{.job = run_->job(),
                 .runs = loaded_->machine.state() == v1::JOB_STATE_RUNNING,
                 .newest = newest_record_,
                 .particles = run_->config().estimator().particles(),
                 .blocks = run_->loop().blocks(),
                 .blocks_without_owner = CountWithoutOwner(run_->dispatch().leases()),
                 .theta_norm = NormOf(run_->loop().theta())};
  if (work.runs) {
    work.step_age_seconds = std::chrono::duration<double>(clock_.Now() - step_began_).count();
  }
  v1::JobSummary summary;
  summary.set_job(run_->job());
  FillHeldOut(run_->config(), summary);
  work.held_out_pending = summary.held_out_pending();
  if (summary.has_held_out()) work.held_out_progress = summary.held_out().progress();
  if (summary.has_best_held_out()) {
    work.best_held_out_progress = summary.best_held_out().progress();
  }
  return work;
}

}  // namespace paceline
