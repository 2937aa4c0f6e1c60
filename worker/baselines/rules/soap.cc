#include "worker/baselines/rules/soap.h"

#include "worker/baselines/rules/kronecker_plan.h"
#include "worker/baselines/rules/makers.h"

namespace paceline {

MadeRule<SoapPlan> MakeSoap(const RuleRequest& request) {
  SoapPlan plan = {.beta1 = request("beta1"),
                   .beta2 = request("beta2"),
                   .epsilon = request("epsilon"),
                   .weight_decay = request("weight_decay"),
                   .every = static_cast<int64_t>(request("every")),
                   .largest_side = static_cast<uint32_t>(request("largest_side"))};
  std::vector<RuleTensor> tensors =
      PlanKronecker(request, plan.largest_side, plan.scratch, plan.sizes);
  return {plan, std::move(tensors)};
}

}  // namespace paceline
