// Hyperparameters that many rules have.
#pragma once

#include "common/baseline/knob.h"
#include "common/baseline/schedule.h"

namespace paceline {

// A rule's learning rate and the range of searches for it, and how it usually runs.
struct UsualRate {
  double rate, low, high;
  ScheduleKind schedule = ScheduleKind::kCosine;
  double warmup = 0.05;
};

// Points that a piecewise linear schedule may have: "point_1", "factor_1", ...
inline constexpr int kSchedulePoints = 8;

// All knobs of a rule: rate, schedule and warm-up, then its own, then what every rule can do but no
// search varies: the schedules' other numbers, clipping, L2, accumulation and grafting
// (worker/baselines/rules/around.h).
std::vector<Knob> KnobsOf(const UsualRate& usual, const std::vector<Knob>& own);

Knob MomentumKnob(double otherwise);
Knob Beta1Knob(double otherwise);
Knob Beta2Knob(double otherwise);
Knob EpsilonKnob(double otherwise);
Knob EpsilonRootKnob(double otherwise);
Knob WeightDecayKnob(double otherwise);
// 0 or 1, with a word for each.
Knob FlagKnob(std::string_view name, std::string_view label, bool otherwise,
              std::vector<std::string_view> words, bool searched = false);
// A number of its own range that no search varies.
Knob FixedKnob(std::string_view name, std::string_view label, double otherwise, Domain domain);

}  // namespace paceline
