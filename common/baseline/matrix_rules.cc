// Rules that take weights as matrices.
#include <algorithm>

#include "common/baseline/common_knobs.h"
#include "common/baseline/rule_flops.h"
#include "common/baseline/rule_list.h"

namespace paceline {
namespace {

bool HaveMatrix(const std::vector<ParameterTensor>& tensors) {
  return std::ranges::any_of(tensors, IsRuleMatrix);
}

}  // namespace

BaselineRule ShampooRule() {
  return {
      .key = "shampoo",
      .title = "Shampoo",
      .source =
          "H.-J. Shi et al., \"A distributed data-parallel PyTorch implementation of the "
          "distributed Shampoo optimizer\", 2023 (arXiv 2309.06497)",
      .knobs = KnobsOf({.rate = 0.01, .low = 1e-5, .high = 1},
                       {Beta1Knob(0.9), Beta2Knob(0.99), WeightDecayKnob(0.01), EpsilonKnob(1e-8),
                        FixedKnob("matrix_epsilon", "matrix ε", 1e-6, Domain::kPositive),
                        FlagKnob("sgd_norm", "norm", false, {"Adam's norm", "SGD's norm"}),
                        FixedKnob("every", "roots every", 10, Domain::kCount),
                        FixedKnob("start", "from update", 5, Domain::kCount),
                        FixedKnob("largest_side", "largest side", 256, Domain::kCount)}),
      .suits = HaveMatrix,
      .flops = ShampooFlops};
}

BaselineRule SoapRule() {
  return {
      .key = "soap",
      .title = "SOAP",
      .source =
          "N. Vyas et al., \"SOAP: improving and stabilizing Shampoo using Adam\", 2024 "
          "(arXiv 2409.11321)",
      .knobs = KnobsOf({.rate = 0.01, .low = 1e-5, .high = 1},
                       {Beta1Knob(0.95), Beta2Knob(0.95), WeightDecayKnob(0.01), EpsilonKnob(1e-8),
                        FixedKnob("every", "bases every", 10, Domain::kCount),
                        FixedKnob("largest_side", "largest side", 256, Domain::kCount)}),
      .suits = HaveMatrix,
      .flops = SoapFlops};
}

BaselineRule MuonRule() {
  Knob rest = FixedKnob("rest_rate", "AdamW's rate", 0.01, Domain::kNonNegative);
  rest.scale = Scale::kLog;
  rest.low = 1e-4;
  rest.high = 1;
  rest.searched = true;
  return {
      .key = "muon",
      .title = "Muon",
      .source =
          "K. Jordan et al., \"Muon: an optimizer for hidden layers in neural networks\", "
          "2024",
      .knobs = KnobsOf({.rate = 0.03, .low = 1e-4, .high = 1, .schedule = ScheduleKind::kLinear},
                       {MomentumKnob(0.95), rest, WeightDecayKnob(0),
                        FixedKnob("beta1", "AdamW's β₁", 0.9, Domain::kDecay),
                        FixedKnob("beta2", "AdamW's β₂", 0.99, Domain::kDecay),
                        FixedKnob("epsilon", "AdamW's ε", 1e-8, Domain::kNonNegative)}),
      .suits = HaveMatrix,
      .flops = MuonFlops};
}

}  // namespace paceline
