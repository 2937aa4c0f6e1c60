#include "common/baseline/common_knobs.h"

#include <array>
#include <utility>

namespace paceline {
namespace {

Knob Logarithmic(std::string_view name, std::string_view label, double otherwise, double low,
                 double high) {
  return {.name = name,
          .label = label,
          .otherwise = otherwise,
          .domain = Domain::kNonNegative,
          .scale = Scale::kLog,
          .low = low,
          .high = high,
          .searched = true};
}

Knob Decay(std::string_view name, std::string_view label, double otherwise, double low,
           double high) {
  return {.name = name,
          .label = label,
          .otherwise = otherwise,
          .domain = Domain::kDecay,
          .scale = Scale::kLogOfComplement,
          .low = low,
          .high = high,
          .searched = true};
}

Knob LearningRate(const UsualRate& usual) {
  Knob knob = Logarithmic("learning_rate", "rate", usual.rate, usual.low, usual.high);
  knob.domain = Domain::kPositive;
  return knob;
}

// Searches draw from all but those that want points or are another library's.
Knob ScheduleKnob(ScheduleKind otherwise) {
  return {.name = "schedule",
          .label = "schedule",
          .otherwise = static_cast<double>(otherwise),
          .domain = Domain::kChoice,
          .scale = Scale::kChoice,
          .choices = {0, 1, 2, 3, 4, 5, 6, 7},
          .words = {"constant", "linear", "cosine", "inverse root", "exponential",
                    "piecewise linear", "library's cosine", "library's root"},
          .drawn = 5,
          .searched = true};
}

Knob Warmup(double otherwise) {
  return {.name = "warmup",
          .label = "warm-up",
          .otherwise = otherwise,
          .domain = Domain::kFraction,
          .scale = Scale::kLinear,
          .low = 0,
          .high = 0.2,
          .searched = true};
}

std::vector<Knob> PointKnobs() {
  static constexpr std::array<std::string_view, kSchedulePoints> kPoints = {
      "point_1", "point_2", "point_3", "point_4", "point_5", "point_6", "point_7", "point_8"};
  static constexpr std::array<std::string_view, kSchedulePoints> kFactors = {
      "factor_1", "factor_2", "factor_3", "factor_4",
      "factor_5", "factor_6", "factor_7", "factor_8"};
  std::vector<Knob> knobs;
  for (size_t i = 0; i < kSchedulePoints; ++i) {
    knobs.push_back(FixedKnob(kPoints[i], kPoints[i], 0, Domain::kNonNegative));
    knobs.push_back(FixedKnob(kFactors[i], kFactors[i], 0, Domain::kNonNegative));
  }
  return knobs;
}

std::vector<Knob> SharedKnobs() {
  std::vector<Knob> knobs = {
      FixedKnob("warmup_updates", "warm-up updates", 0, Domain::kNonNegative),
      FixedKnob("floor", "floor", 0, Domain::kFraction),
      FixedKnob("hold", "hold", 0, Domain::kFraction),
      FixedKnob("decay", "decay", 0, Domain::kDecay),
      FixedKnob("clip", "clip", 0, Domain::kNonNegative),
      FixedKnob("clip_norm", "clip norm", 0, Domain::kNonNegative),
      FixedKnob("l2", "L2", 0, Domain::kAny),
      FixedKnob("accumulate", "accumulate", 1, Domain::kCount),
      FlagKnob("graft", "graft", false, {"no graft", "graft of SGD's norm"}),
  };
  for (Knob& point : PointKnobs()) knobs.push_back(std::move(point));
  return knobs;
}

}  // namespace

std::vector<Knob> KnobsOf(const UsualRate& usual, const std::vector<Knob>& own) {
  std::vector<Knob> knobs = {LearningRate(usual), ScheduleKnob(usual.schedule),
                             Warmup(usual.warmup)};
  knobs.insert(knobs.end(), own.begin(), own.end());
  for (Knob& shared : SharedKnobs()) knobs.push_back(std::move(shared));
  return knobs;
}

Knob MomentumKnob(double otherwise) { return Decay("momentum", "momentum", otherwise, 0.5, 0.99); }
Knob Beta1Knob(double otherwise) { return Decay("beta1", "β₁", otherwise, 0.5, 0.99); }
Knob Beta2Knob(double otherwise) { return Decay("beta2", "β₂", otherwise, 0.9, 0.9999); }
Knob EpsilonKnob(double otherwise) { return Logarithmic("epsilon", "ε", otherwise, 1e-10, 1e-3); }
Knob EpsilonRootKnob(double otherwise) {
  return FixedKnob("epsilon_root", "ε in the root", otherwise, Domain::kNonNegative);
}
Knob WeightDecayKnob(double otherwise) {
  return Logarithmic("weight_decay", "weight decay", otherwise, 1e-5, 0.5);
}
Knob FlagKnob(std::string_view name, std::string_view label, bool otherwise,
              std::vector<std::string_view> words, bool searched) {
  return {.name = name,
          .label = label,
          .otherwise = otherwise ? 1.0 : 0.0,
          .domain = Domain::kChoice,
          .scale = Scale::kChoice,
          .choices = {0, 1},
          .words = std::move(words),
          .searched = searched};
}
Knob FixedKnob(std::string_view name, std::string_view label, double otherwise, Domain domain) {
  return {.name = name, .label = label, .otherwise = otherwise, .domain = domain};
}

}  // namespace paceline
