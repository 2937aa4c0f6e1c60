#include "common/baseline/flops.h"

#include "common/baseline/rule_flops.h"
#include "common/lopt/flop_counts.h"

namespace paceline {
namespace {

// Of an element: what is around every rule but accumulation (worker/baselines/rules/around.h).
double AroundFlops(const KnobValues& value) {
  const double clip_norm = value.Has("clip_norm") ? kNormFlops + 1 : 0;
  const double clip = value.Has("clip") ? 2 : 0;
  const double l2 = value.Has("l2") ? 2 : 0;
  // The step and its norm, the gradient's, and another step.
  const double graft = value.Has("graft") ? 1 + kNormFlops + kNormFlops + 3 : 0;
  return clip_norm + clip + l2 + graft;
}

}  // namespace

double BaselineFlops(const v1::BaselineSetting& setting,
                     const std::vector<ParameterTensor>& tensors) {
  const KnobValues value(setting);
  const double count = ElementsOf(tensors);
  const double flops =
      FindBaseline(setting.rule())->flops(value, tensors) + AroundFlops(value) * count;
  // Of n updates all but the first add a gradient, and the last divides.
  const double accumulate = value("accumulate");
  return accumulate > 1 ? count + flops / accumulate : flops;
}

}  // namespace paceline
