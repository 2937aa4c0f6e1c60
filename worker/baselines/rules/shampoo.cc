#include "worker/baselines/rules/shampoo.h"

#include "worker/baselines/rules/kronecker_plan.h"
#include "worker/baselines/rules/makers.h"

namespace paceline {

MadeRule<ShampooPlan> MakeShampoo(const RuleRequest& request) {
  ShampooPlan plan = {.beta1 = request("beta1"),
                      .beta2 = request("beta2"),
                      .epsilon = request("epsilon"),
                      .weight_decay = request("weight_decay"),
                      .matrix_epsilon = request("matrix_epsilon"),
                      .sgd_norm = request.Is("sgd_norm"),
                      .every = static_cast<int64_t>(request("every")),
                      .start = static_cast<int64_t>(request("start")),
                      .largest_side = static_cast<uint32_t>(request("largest_side"))};
  std::vector<RuleTensor> tensors =
      PlanKronecker(request, plan.largest_side, plan.scratch, plan.sizes);
  return {plan, std::move(tensors)};
}

}  // namespace paceline
