#include "worker/baselines/rules/sgd.h"

#include "worker/baselines/rules/makers.h"

namespace paceline {

MadeRule<SgdPlan> MakeSgd(const RuleRequest& request) { return ElementRule(request, SgdPlan(), 0); }

MadeRule<SgdPlan> MakeMomentum(const RuleRequest& request) {
  const SgdPlan plan = {.momentum = request("momentum"), .nesterov = request.Is("nesterov")};
  return ElementRule(request, plan, plan.momentum > 0 ? 1 : 0);
}

}  // namespace paceline
