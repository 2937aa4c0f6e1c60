#include "common/evaluation/speed_up.h"

#include <algorithm>

namespace paceline {
namespace {

// Nothing is reached before the first update.
constexpr double kFirstUpdate = 1;

std::optional<double> UpdatesTo(const CurveGrid& grid, const std::vector<double>& falling,
                                double loss) {
  const auto place = FirstReach(grid.places, falling, loss);
  if (!place) return std::nullopt;
  return std::max(*place, kFirstUpdate);
}

}  // namespace

std::optional<Goal> GoalOf(const CurveGrid& grid, const MeanTraining& reference) {
  Goal goal{.reference = FallingFit(reference.losses, grid.counts)};
  // The cut of the last tenth and rounding may leave the curve a little higher.
  goal.loss = std::max(reference.final_loss, goal.reference.back());
  if (goal.loss >= reference.initial_loss) return std::nullopt;
  goal.updates = *UpdatesTo(grid, goal.reference, goal.loss);
  return goal;
}

SpeedUp SpeedUpOver(const CurveGrid& grid, const Goal& goal, const MeanTraining& contestant) {
  const std::vector<double> falling = FallingFit(contestant.losses, grid.counts);
  if (const auto updates = UpdatesTo(grid, falling, goal.loss)) {
    return {.value = goal.updates / *updates, .updates = updates};
  }
  const double end = std::max(contestant.final_loss, falling.back());
  if (end >= contestant.initial_loss) return {};
  const double behind = FirstReach(grid.places, goal.reference, end).value_or(0);
  return {.value = std::min(behind / goal.updates, 1.0)};
}

}  // namespace paceline
