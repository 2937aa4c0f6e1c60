#include "worker/snapshot/snapshot_policy.h"

#include <algorithm>
#include <functional>

namespace paceline {
namespace {

// The newest of a block, and one more in case that it cannot be read.
constexpr size_t kKept = 2;
// Longer than people leave a job paused.
constexpr std::chrono::hours kLeftBehind{24 * 14};

}  // namespace

bool IsWorthSaving(const BlockPlace& place) {
  return place.next_step > place.episode_start && place.next_step != place.saved_step;
}

bool IsSnapshotDue(const BlockPlace& place, int64_t every) {
  // A block may have gone back: to a window that is asked for again.
  const bool of_use = place.saved_step > place.episode_start && place.saved_step <= place.next_step;
  const int64_t from = of_use ? place.saved_step : place.episode_start;
  return IsWorthSaving(place) && place.next_step - from >= every;
}

std::vector<SnapshotName> WorthReading(std::span<const SnapshotName> there,
                                       const SnapshotWanted& wanted) {
  const bool held_is_of_use = wanted.held_step <= wanted.step;
  const int64_t at_hand =
      held_is_of_use ? std::max(wanted.held_step, wanted.episode_start) : wanted.episode_start;
  std::vector<SnapshotName> names;
  std::ranges::copy_if(there, std::back_inserter(names), [&](const SnapshotName& name) {
    return name.block == wanted.block && name.step > at_hand && name.step <= wanted.step;
  });
  std::ranges::stable_sort(names, std::greater(), &SnapshotName::step);
  return names;
}

std::vector<SnapshotName> Superseded(std::span<const SnapshotName> there,
                                     const SnapshotName& written) {
  std::vector<SnapshotName> names;
  std::ranges::copy_if(there, std::back_inserter(names), [&](const SnapshotName& name) {
    return name.block == written.block && name.step <= written.step;
  });
  std::vector<int64_t> steps;
  for (const SnapshotName& name : names) steps.push_back(name.step);
  std::ranges::sort(steps, std::greater());
  const auto repeated = std::ranges::unique(steps);
  steps.erase(repeated.begin(), repeated.end());
  if (steps.size() <= kKept) return {};
  std::erase_if(names, [&](const SnapshotName& name) { return name.step >= steps[kKept - 1]; });
  return names;
}

bool IsLeftBehind(std::chrono::seconds age) { return age > kLeftBehind; }

}  // namespace paceline
