#include "worker/baselines/rules/layerwise.h"

#include "worker/baselines/rules/makers.h"

namespace paceline {

MadeRule<LambPlan> MakeLamb(const RuleRequest& request) {
  const LambPlan plan = {.beta1 = request("beta1"),
                         .beta2 = request("beta2"),
                         .epsilon = request("epsilon"),
                         .epsilon_root = request("epsilon_root"),
                         .weight_decay = request("weight_decay"),
                         .sizes = {.scratch = request.largest_tensor()}};
  return ElementRule(request, plan, 2);
}

MadeRule<LarsPlan> MakeLars(const RuleRequest& request) {
  const LarsPlan plan = {.momentum = request("momentum"),
                         .nesterov = request.Is("nesterov"),
                         .weight_decay = request("weight_decay"),
                         .trust = request("trust"),
                         .epsilon = request("epsilon"),
                         .sizes = {.scratch = request.largest_tensor()}};
  return ElementRule(request, plan, 1);
}

MadeRule<FromagePlan> MakeFromage(const RuleRequest& request) {
  return ElementRule(request, FromagePlan{.least_norm = request("least_norm")}, 0);
}

}  // namespace paceline
