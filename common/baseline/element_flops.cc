// Rules that do the same with every element, and norms of tensors.
#include "common/baseline/rule_flops.h"
#include "common/lopt/flop_counts.h"

namespace paceline {
namespace {

using Tensors = std::vector<ParameterTensor>;

// m ← μ·m + s, and with Nesterov s + μ·m.
double MomentumFlops(const KnobValues& value) {
  if (!value.Has("momentum")) return 0;
  return value.Has("nesterov") ? 4 : 2;
}

// √(v + ε), and a quotient by it.
double RootQuotientFlops(const KnobValues& value) {
  return (value.Has("epsilon") ? 1 : 0) + 1 + kQuotientFlops;
}

}  // namespace

double DecayFlops(const KnobValues& value) { return value.Has("weight_decay") ? 2 : 0; }

double AdamDirectionFlops(const KnobValues& value, double second, double numerator) {
  const double epsilons = (value.Has("epsilon") ? 1 : 0) + (value.Has("epsilon_root") ? 1 : 0);
  return kAverageFlops + second + 2 + epsilons + numerator + kQuotientFlops;
}

double AdamElementFlops(const KnobValues& value) {
  return AdamDirectionFlops(value) + kStepFlops + DecayFlops(value);
}

// With momentum, too.
double SgdFlops(const KnobValues& value, const Tensors& tensors) {
  return (MomentumFlops(value) + kStepFlops) * ElementsOf(tensors);
}

// Its sign is two comparisons, and what it is multiplied by an addition.
double LionFlops(const KnobValues& value, const Tensors& tensors) {
  return (2 * kAverageFlops + 2 + 1 + DecayFlops(value)) * ElementsOf(tensors);
}

double RmspropFlops(const KnobValues& value, const Tensors& tensors) {
  const double step = 1 + MomentumFlops(value) + 1;
  return (kSquareAverageFlops + RootQuotientFlops(value) + step) * ElementsOf(tensors);
}

double AdagradFlops(const KnobValues& value, const Tensors& tensors) {
  return (2 + RootQuotientFlops(value) + kStepFlops) * ElementsOf(tensors);
}

// AdamW and RAdam, too.
double AdamFlops(const KnobValues& value, const Tensors& tensors) {
  return AdamElementFlops(value) * ElementsOf(tensors);
}

// Its corrections are the rate's.
double NadamwFlops(const KnobValues& value, const Tensors& tensors) {
  const double numerator = value.Has("nesterov") ? 3 : 0;
  const double direction = AdamDirectionFlops(value, kSquareAverageFlops, numerator) - 1;
  return (direction + kStepFlops + DecayFlops(value)) * ElementsOf(tensors);
}

double AdabeliefFlops(const KnobValues& value, const Tensors& tensors) {
  return (AdamDirectionFlops(value, kSquareAverageFlops + 1) + kStepFlops) * ElementsOf(tensors);
}

// v is compared with g² twice, and moved both ways.
double YogiFlops(const KnobValues& value, const Tensors& tensors) {
  return (AdamDirectionFlops(value, 6) + kStepFlops) * ElementsOf(tensors);
}

// v, its root and the quotient; x's part; y and z.
double ScheduleFreeFlops(const KnobValues& value, const Tensors& tensors) {
  const double direction = kSquareAverageFlops + 1 + RootQuotientFlops(value) + DecayFlops(value);
  return (direction + 3 + 2 * kStepFlops) * ElementsOf(tensors);
}

double LambFlops(const KnobValues& value, const Tensors& tensors) {
  const double direction = AdamDirectionFlops(value) + DecayFlops(value);
  return (direction + 2 * kNormFlops + kStepFlops) * ElementsOf(tensors);
}

double LarsFlops(const KnobValues& value, const Tensors& tensors) {
  const double step = 1 + MomentumFlops(value) + 1;
  return (DecayFlops(value) + 2 * kNormFlops + step) * ElementsOf(tensors);
}

double FromageFlops(const KnobValues&, const Tensors& tensors) {
  return (2 * kNormFlops + 2 + kStepFlops) * ElementsOf(tensors);
}

}  // namespace paceline
