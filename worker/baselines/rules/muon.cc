#include "worker/baselines/rules/muon.h"

#include <algorithm>

#include "common/lopt/plan/sum_scratch.h"
#include "worker/baselines/rules/makers.h"

namespace paceline {
namespace {

constexpr uint32_t kIterations = 5;

std::vector<RuleTensor> PlanState(const RuleRequest& request, RuleSizes& sizes) {
  std::vector<RuleTensor> tensors = PlainTensors(request);
  for (size_t i = 0; i < tensors.size(); ++i) {
    RuleTensor& tensor = tensors[i];
    if (IsRuleMatrix(request.tensors[i])) TakeAsMatrix(tensor);
    tensor.state = sizes.state;
    sizes.state += (tensor.rows > 0 ? 1 : 2) * tensor.size;
  }
  return tensors;
}

// Room for the largest of each array of any matrix, the direction first.
void PlanScratch(const std::vector<RuleTensor>& tensors, NewtonSchulzPlan& plan, RuleSizes& sizes) {
  const auto take = [&](const auto& size) {
    const size_t begin = sizes.scratch;
    size_t largest = 0;
    for (const RuleTensor& tensor : tensors) {
      const uint32_t n = std::min(tensor.rows, tensor.columns);
      const uint32_t m = std::max(tensor.rows, tensor.columns);
      largest = std::max<size_t>(largest, size(tensor, n, m));
    }
    sizes.scratch += largest;
    return static_cast<uint32_t>(begin);
  };
  take([](const RuleTensor& tensor, size_t, size_t) {
    return size_t{tensor.rows} * Padded(tensor.columns);
  });
  const auto square = [](const RuleTensor&, size_t n, uint32_t) {
    return n * Padded(static_cast<uint32_t>(n));
  };
  plan.steps = kIterations;
  for (uint32_t& x : plan.x) {
    x = take([](const RuleTensor&, size_t n, uint32_t m) { return n * Padded(m); });
  }
  plan.transposed = take([](const RuleTensor&, uint32_t n, size_t m) { return m * Padded(n); });
  plan.gram = take(square);
  plan.mixed = take(square);
  plan.sums = static_cast<uint32_t>(sizes.scratch);
  sizes.scratch += kLaneGroup + SumScratch(1);
}

}  // namespace

MadeRule<MuonPlan> MakeMuon(const RuleRequest& request) {
  MadeRule<MuonPlan> made = {{.momentum = request("momentum"),
                              .weight_decay = request("weight_decay"),
                              .rest_ratio = request("rest_rate") / request("learning_rate"),
                              .beta1 = request("beta1"),
                              .beta2 = request("beta2"),
                              .epsilon = request("epsilon")},
                             {}};
  made.tensors = PlanState(request, made.plan.sizes);
  PlanScratch(made.tensors, made.plan.newton_schulz, made.plan.sizes);
  return made;
}

}  // namespace paceline
