// Rules that divide by a root of second moments, element by element or factored.
#include "common/baseline/common_knobs.h"
#include "common/baseline/rule_flops.h"
#include "common/baseline/rule_list.h"

namespace paceline {

BaselineRule RmspropRule() {
  return {.key = "rmsprop",
          .title = "RMSProp",
          .source = "T. Tieleman, G. Hinton, \"Lecture 6.5: RMSProp\", 2012",
          .knobs = KnobsOf({.rate = 2e-3, .low = 1e-5, .high = 0.3},
                           {Beta2Knob(0.99), MomentumKnob(0.9), EpsilonKnob(1e-8),
                            FlagKnob("nesterov", "Nesterov", false, {"plain", "Nesterov"})}),
          .flops = RmspropFlops};
}

BaselineRule AdagradRule() {
  return {.key = "adagrad",
          .title = "AdaGrad",
          .source = "J. Duchi, E. Hazan, Y. Singer, \"Adaptive subgradient methods\", 2011",
          .knobs = KnobsOf(
              {.rate = 0.1, .low = 1e-4, .high = 3},
              {EpsilonKnob(1e-7), FixedKnob("start", "first sum", 0.1, Domain::kNonNegative)}),
          .flops = AdagradFlops};
}

BaselineRule AdamRule() {
  return {
      .key = "adam",
      .title = "Adam",
      .source = "D. Kingma, J. Ba, \"Adam\", 2015 (arXiv 1412.6980)",
      .knobs = KnobsOf({.rate = 0.01, .low = 1e-5, .high = 1},
                       {Beta1Knob(0.9), Beta2Knob(0.999), EpsilonKnob(1e-8), EpsilonRootKnob(0)}),
      .flops = AdamFlops};
}

BaselineRule AdamwRule() {
  return {.key = "adamw",
          .title = "AdamW",
          .source =
              "I. Loshchilov, F. Hutter, \"Decoupled weight decay regularization\", 2019 "
              "(arXiv 1711.05101)",
          .knobs = KnobsOf({.rate = 0.01, .low = 1e-5, .high = 1},
                           {Beta1Knob(0.9), Beta2Knob(0.999), WeightDecayKnob(0.01),
                            EpsilonKnob(1e-8), EpsilonRootKnob(0)}),
          .flops = AdamFlops};
}

BaselineRule NadamwRule() {
  return {
      .key = "nadamw",
      .title = "NAdamW",
      .source =
          "L. Metz et al., \"Using a thousand optimization tasks to learn hyperparameter "
          "search strategies\", 2020 (arXiv 2002.11887)",
      .knobs = KnobsOf({.rate = 0.01, .low = 1e-5, .high = 1},
                       {Beta1Knob(0.9), Beta2Knob(0.999), WeightDecayKnob(0.01), EpsilonKnob(1e-8),
                        FlagKnob("nesterov", "Nesterov", true, {"plain", "Nesterov"})}),
      .flops = NadamwFlops};
}

BaselineRule RadamRule() {
  return {.key = "radam",
          .title = "RAdam",
          .source =
              "L. Liu et al., \"On the variance of the adaptive learning rate and beyond\", "
              "2020 (arXiv 1908.03265)",
          .knobs = KnobsOf({.rate = 0.02, .low = 1e-5, .high = 1, .warmup = 0},
                           {Beta1Knob(0.9), Beta2Knob(0.999), EpsilonKnob(1e-8), EpsilonRootKnob(0),
                            FixedKnob("threshold", "threshold", 5, Domain::kPositive)}),
          .flops = AdamFlops};
}

BaselineRule AdabeliefRule() {
  return {.key = "adabelief",
          .title = "AdaBelief",
          .source = "J. Zhuang et al., \"AdaBelief optimizer\", 2020 (arXiv 2010.07468)",
          .knobs = KnobsOf(
              {.rate = 0.01, .low = 1e-5, .high = 1},
              {Beta1Knob(0.9), Beta2Knob(0.999), EpsilonKnob(1e-8), EpsilonRootKnob(1e-16)}),
          .flops = AdabeliefFlops};
}

BaselineRule YogiRule() {
  return {.key = "yogi",
          .title = "Yogi",
          .source = "M. Zaheer et al., \"Adaptive methods for nonconvex optimization\", 2018",
          .knobs = KnobsOf({.rate = 0.02, .low = 1e-5, .high = 1},
                           {Beta1Knob(0.9), Beta2Knob(0.999), EpsilonKnob(1e-3),
                            FixedKnob("start", "first moments", 1e-6, Domain::kNonNegative)}),
          .flops = YogiFlops};
}

BaselineRule AdafactorRule() {
  return {.key = "adafactor",
          .title = "Adafactor",
          .source = "N. Shazeer, M. Stern, \"Adafactor\", 2018 (arXiv 1804.04235)",
          .knobs = KnobsOf(
              {.rate = 0.05, .low = 1e-4, .high = 1},
              {FixedKnob("decay_rate", "decay rate", 0.8, Domain::kPositive),
               FixedKnob("decay_offset", "decay offset", 0, Domain::kNonNegative),
               MomentumKnob(0.9), FixedKnob("weight_decay", "weight decay", 0, Domain::kFraction),
               FixedKnob("threshold", "clipping threshold", 1, Domain::kNonNegative),
               FlagKnob("parameter_scale", "scale", true, {"absolute", "by parameter scale"}),
               FixedKnob("least_factored", "least factored", 32, Domain::kCount),
               FixedKnob("epsilon", "ε", 1e-30, Domain::kNonNegative)}),
          .flops = AdafactorFlops};
}

BaselineRule Sm3Rule() {
  return {.key = "sm3",
          .title = "SM3",
          .source =
              "R. Anil et al., \"Memory-efficient adaptive optimization\", 2019 "
              "(arXiv 1901.11150)",
          .knobs = KnobsOf({.rate = 0.2, .low = 1e-3, .high = 10},
                           {MomentumKnob(0.9), FixedKnob("beta2", "β₂", 1, Domain::kFraction),
                            FixedKnob("epsilon", "ε", 1e-8, Domain::kNonNegative)}),
          .flops = Sm3Flops};
}

BaselineRule ScheduleFreeAdamwRule() {
  return {.key = "schedule_free_adamw",
          .title = "Schedule-free AdamW",
          .source = "A. Defazio et al., \"The road less scheduled\", 2024 (arXiv 2405.15682)",
          .knobs =
              KnobsOf({.rate = 0.02, .low = 1e-5, .high = 1, .schedule = ScheduleKind::kConstant},
                      {Beta1Knob(0.9), Beta2Knob(0.999), WeightDecayKnob(0.01), EpsilonKnob(1e-8)}),
          .flops = ScheduleFreeFlops};
}

}  // namespace paceline
