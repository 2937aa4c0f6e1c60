#include "worker/baselines/rules/kronecker_plan.h"

#include <algorithm>

namespace paceline {
namespace {

size_t SideSize(uint32_t n, uint32_t largest) { return n > largest ? 0 : 2 * SquareSize(n); }

size_t SidesSize(const RuleTensor& tensor, uint32_t largest) {
  return SideSize(tensor.rows, largest) + SideSize(tensor.columns, largest);
}

// Room for the largest array of each kind.
void PlanScratch(const std::vector<RuleTensor>& tensors, KroneckerPlan& plan) {
  size_t matrix = 0, turned = 0;
  uint32_t side = 0;
  for (const RuleTensor& tensor : tensors) {
    const uint32_t longer = std::max(tensor.rows, tensor.columns);
    matrix = std::max(matrix, size_t{tensor.rows} * Padded(tensor.columns));
    turned = std::max(turned, size_t{tensor.columns} * Padded(longer));
    for (const uint32_t n : {tensor.rows, tensor.columns}) {
      if (n <= plan.largest_side) side = std::max(side, n);
    }
  }
  const auto take = [&](size_t size) {
    plan.sizes.scratch += size;
    return plan.sizes.scratch - size;
  };
  for (size_t& x : plan.scratch.x) x = take(matrix);
  plan.scratch.turned = take(turned);
  for (size_t& square : plan.scratch.squares) square = take(SquareSize(side));
  plan.scratch.vectors = take(4 * size_t{side});
}

std::vector<RuleTensor> PlanState(const RuleRequest& request, KroneckerPlan& plan) {
  std::vector<RuleTensor> tensors = PlainTensors(request);
  size_t& state = plan.sizes.state;
  for (size_t i = 0; i < tensors.size(); ++i) {
    RuleTensor& tensor = tensors[i];
    tensor.state = state;
    state += 2 * tensor.size;
    if (!IsRuleMatrix(request.tensors[i])) continue;
    TakeAsMatrix(tensor);
    const size_t sides = SidesSize(tensor, plan.largest_side);
    if (sides == 0) tensor.rows = tensor.columns = 0;
    state += sides;
  }
  return tensors;
}

}  // namespace

std::vector<RuleTensor> PlanKronecker(const RuleRequest& request, KroneckerPlan& plan) {
  plan.beta1 = request("beta1");
  plan.beta2 = request("beta2");
  plan.epsilon = request("epsilon");
  plan.weight_decay = request("weight_decay");
  plan.every = static_cast<int64_t>(request("every"));
  plan.largest_side = static_cast<uint32_t>(request("largest_side"));
  std::vector<RuleTensor> tensors = PlanState(request, plan);
  PlanScratch(tensors, plan);
  return tensors;
}

}  // namespace paceline
