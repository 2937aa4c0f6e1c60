#include "worker/baselines/rules/rmsprop.h"

#include "worker/baselines/rules/makers.h"

namespace paceline {

MadeRule<RmspropPlan> MakeRmsprop(const RuleRequest& request) {
  const double beta2 = request("beta2");
  const RmspropPlan plan = {.keep = beta2,
                            .add = 1 - beta2,
                            .momentum = request("momentum"),
                            .nesterov = request.Is("nesterov"),
                            .epsilon = request("epsilon")};
  return ElementRule(request, plan, plan.momentum > 0 ? 2 : 1);
}

MadeRule<RmspropPlan> MakeAdagrad(const RuleRequest& request) {
  return ElementRule(
      request,
      RmspropPlan{
          .keep = 1, .add = 1, .epsilon = request("epsilon"), .sizes = {.start = request("start")}},
      1);
}

}  // namespace paceline
