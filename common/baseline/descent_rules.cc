// Gradient descent, with and without momentum.
#include "common/baseline/common_knobs.h"
#include "common/baseline/rule_flops.h"
#include "common/baseline/rule_list.h"

namespace paceline {

BaselineRule SgdRule() {
  return {.key = "sgd",
          .title = "SGD",
          .source = "H. Robbins, S. Monro, \"A stochastic approximation method\", 1951",
          .knobs = KnobsOf({.rate = 0.5, .low = 1e-3, .high = 10}, {}),
          .flops = SgdFlops};
}

BaselineRule MomentumRule() {
  return {.key = "momentum",
          .title = "Momentum",
          .source =
              "I. Sutskever et al., \"On the importance of initialization and momentum in deep "
              "learning\", 2013",
          .knobs = KnobsOf({.rate = 0.1, .low = 1e-4, .high = 3},
                           {MomentumKnob(0.9),
                            FlagKnob("nesterov", "Nesterov", true, {"plain", "Nesterov"}, true)}),
          .flops = SgdFlops};
}

BaselineRule LionRule() {
  return {.key = "lion",
          .title = "Lion",
          .source =
              "X. Chen et al., \"Symbolic discovery of optimization algorithms\", 2023 "
              "(arXiv 2302.06675)",
          .knobs = KnobsOf({.rate = 2e-3, .low = 1e-5, .high = 0.1},
                           {Beta1Knob(0.9), Beta2Knob(0.99), WeightDecayKnob(0.1)}),
          .flops = LionFlops};
}

}  // namespace paceline
