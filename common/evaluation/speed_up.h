// How many times faster than a reference a contestant is: updates that the reference needs for its
// own final loss, over updates that the contestant needs for it. docs/evaluation.md has the rule
// and its reasons.
#pragma once

#include <optional>
#include <vector>

#include "common/evaluation/loss_curve.h"

namespace paceline {

// Means over the runs of one contestant on one case.
struct MeanTraining {
  std::vector<double> losses{};  // at the points of a CurveGrid
  double initial_loss = 0;
  double final_loss = 0;  // of the last tenth
};

// What is to be reached.
struct Goal {
  double loss = 0;
  double updates = 0;               // when the reference reaches it
  std::vector<double> reference{};  // the reference's curve (FallingFit)
};

// The reference's final loss (or the end of its fitted curve, should that be higher). Empty if that
// is not below its initial loss: there is nothing to reach.
std::optional<Goal> GoalOf(const CurveGrid& grid, const MeanTraining& reference);

struct SpeedUp {
  // Goal's updates over the contestant's. Below 1 if it never reaches the goal: the part of the
  // reference's way after which the reference was where the contestant ends; 0 at its initial loss.
  double value = 0;
  std::optional<double> updates = {};  // when it reaches the goal
};

SpeedUp SpeedUpOver(const CurveGrid& grid, const Goal& goal, const MeanTraining& contestant);

}  // namespace paceline
