#include "worker/baselines/rules/lion.h"

#include "worker/baselines/rules/makers.h"

namespace paceline {

MadeRule<LionPlan> MakeLion(const RuleRequest& request) {
  return ElementRule(request,
                     LionPlan{.beta1 = request("beta1"),
                              .beta2 = request("beta2"),
                              .weight_decay = request("weight_decay")},
                     1);
}

}  // namespace paceline
