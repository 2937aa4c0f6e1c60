#include <algorithm>
#include <chrono>
#include <vector>

#include "coordinator/bench/scratch_folder.h"
#include "coordinator/bench/sections.h"
#include "coordinator/store/sqlite_store.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using Clock = std::chrono::steady_clock;

absl::StatusOr<double> MedianCommitMicroseconds(Store& store, const std::string& job,
                                                uint32_t particles) {
  JobRow row;
  row.name = job;
  if (absl::Status added = store.AddJob(row); !added.ok()) return added;
  StepRow step;
  step.particles.assign(particles, {.sum_plus = 51.5, .sum_minus = 52.5, .trained_steps = 50});
  std::vector<double> times;
  for (step.step = 1; step.step <= 200; ++step.step) {
    const Clock::time_point begin = Clock::now();
    if (absl::Status done = store.CommitStep(job, step); !done.ok()) return done;
    times.push_back(1e6 * std::chrono::duration<double>(Clock::now() - begin).count());
  }
  std::ranges::nth_element(times, times.begin() + 100);
  return times[100];
}

}  // namespace

absl::Status RunStoreSection(const TakeRow& take) {
  const ScratchFolder folder;
  if (folder.path().empty()) return absl::PermissionDeniedError("cannot make a temporary folder");
  auto store = SqliteStore::Open(folder.path() + "/bench.db");
  if (!store.ok()) return store.status();
  for (const uint32_t particles : {64u, 4096u}) {
    const auto median =
        MedianCommitMicroseconds(**store, fmt::format("bench-{}", particles), particles);
    if (!median.ok()) return median.status();
    take({{"section", "store"},
          {"name", fmt::format("commit of an outer step of {} particles, median", particles)},
          {"threads", 1},
          {"value", *median},
          {"unit", "us"}});
  }
  return absl::OkStatus();
}

}  // namespace paceline
