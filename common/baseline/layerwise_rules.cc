// Rules whose step is measured by the norm of each tensor.
#include "common/baseline/common_knobs.h"
#include "common/baseline/rule_flops.h"
#include "common/baseline/rule_list.h"

namespace paceline {

BaselineRule LambRule() {
  return {.key = "lamb",
          .title = "LAMB",
          .source =
              "Y. You et al., \"Large batch optimization for deep learning\", 2020 "
              "(arXiv 1904.00962)",
          .knobs = KnobsOf({.rate = 0.01, .low = 1e-4, .high = 1},
                           {Beta1Knob(0.9), Beta2Knob(0.999), WeightDecayKnob(0.01),
                            EpsilonKnob(1e-6), EpsilonRootKnob(0)}),
          .flops = LambFlops};
}

BaselineRule LarsRule() {
  return {.key = "lars",
          .title = "LARS",
          .source =
              "Y. You, I. Gitman, B. Ginsburg, \"Large batch training of convolutional "
              "networks\", 2017 (arXiv 1708.03888)",
          .knobs = KnobsOf({.rate = 5, .low = 0.05, .high = 100},
                           {MomentumKnob(0.9), WeightDecayKnob(0),
                            FlagKnob("nesterov", "Nesterov", false, {"plain", "Nesterov"}),
                            FixedKnob("trust", "trust coefficient", 1e-3, Domain::kPositive),
                            FixedKnob("epsilon", "ε", 0, Domain::kNonNegative)}),
          .flops = LarsFlops};
}

BaselineRule FromageRule() {
  return {.key = "fromage",
          .title = "Fromage",
          .source =
              "J. Bernstein et al., \"On the distance between two neural networks and the "
              "stability of learning\", 2020 (arXiv 2002.03432)",
          .knobs = KnobsOf({.rate = 0.03, .low = 1e-4, .high = 1},
                           {FixedKnob("least_norm", "least norm", 1e-6, Domain::kPositive)}),
          .flops = FromageFlops};
}

}  // namespace paceline
