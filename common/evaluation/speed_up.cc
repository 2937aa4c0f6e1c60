#include "common/evaluation/speed_up.h"

#include <algorithm>

#include "common/evaluation/loss_curve.h"

namespace paceline {
namespace {

// Nothing is reached before the first update.
constexpr double kFirstUpdate = 1;

// Of a curve, so that it reaches it whatever the rounding and the cut of its last tenth.
double ReachableFinalLoss(const MeanTraining& training) {
  return std::max(training.final_loss,
                  *std::min_element(training.losses.begin(), training.losses.end()));
}

std::optional<double> UpdatesTo(std::span<const double> places, const MeanTraining& training,
                                double loss) {
  const auto place = FirstReach(places, training.losses, loss);
  if (!place) return std::nullopt;
  return std::max(*place, kFirstUpdate);
}

}  // namespace

std::optional<Goal> GoalOf(std::span<const double> places, const MeanTraining& reference) {
  const double loss = ReachableFinalLoss(reference);
  if (loss >= reference.initial_loss) return std::nullopt;
  return Goal{loss, *UpdatesTo(places, reference, loss)};
}

SpeedUp SpeedUpOver(std::span<const double> places, const MeanTraining& reference, const Goal& goal,
                    const MeanTraining& contestant) {
  if (const auto updates = UpdatesTo(places, contestant, goal.loss)) {
    return {.value = goal.updates / *updates, .updates = updates};
  }
  const double own = ReachableFinalLoss(contestant);
  if (own >= contestant.initial_loss) return {};
  const double behind = FirstReach(places, reference.losses, own).value_or(0);
  return {.value = std::min(behind / goal.updates, 1.0)};
}

}  // namespace paceline
