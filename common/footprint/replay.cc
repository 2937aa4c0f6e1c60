#include "common/footprint/replay.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/estimator/length_bounds.h"
#include "common/estimator/settings.h"
#include "common/footprint/footprint.h"
#include "common/footprint/machine_memory.h"

namespace paceline {
namespace {

std::string CostText(const ReplayCost& cost) {
  return absl::StrCat(cost.windows, cost.windows == 1 ? " window" : " windows", " (",
                      cost.inner_steps, " inner steps)");
}

}  // namespace

ReplayCost WorstReplay(const v1::JobConfig& config, int64_t snapshot_every) {
  const int64_t window = WindowSteps(config.estimator());
  // With full ES a window is an episode, of which nothing is carried on.
  if (window == 0) return {};
  // Who dies in an episode's last window leaves all but that one.
  const int64_t windows = (LongestEpisode(config) + window - 1) / window - 1;
  ReplayCost cost;
  cost.windows = snapshot_every > 0 ? std::min(windows, snapshot_every) : windows;
  const uint64_t runs = RunsPerParticle(config.estimator()) * config.estimator().block();
  cost.inner_steps = static_cast<uint64_t>(cost.windows * window) * runs;
  return cost;
}

std::string ReplayText(const v1::JobConfig& config, int64_t snapshot_every) {
  const ReplayCost without = WorstReplay(config, 0);
  if (without.windows == 0) return "a block that moves has nothing to run again";
  return absl::StrCat("a block that moves has up to ", CostText(without),
                      " to run again; with workers' --snapshots, every ", snapshot_every,
                      " windows, up to ", CostText(WorstReplay(config, snapshot_every)),
                      " and two files of ", BytesText(FootprintOf(config).snapshot_bytes),
                      " a block");
}

}  // namespace paceline
