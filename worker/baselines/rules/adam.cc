#include "worker/baselines/rules/adam.h"

#include "worker/baselines/rules/makers.h"

namespace paceline {
namespace {

// What all have, where they have it.
AdamPlan AdamLike(const RuleRequest& request) {
  return {.beta1 = request("beta1"),
          .beta2 = request("beta2"),
          .epsilon = request("epsilon"),
          .epsilon_root = request("epsilon_root"),
          .weight_decay = request("weight_decay")};
}

}  // namespace

MadeRule<AdamPlan> MakeAdam(const RuleRequest& request) {
  return ElementRule(request, AdamLike(request), 2);
}

MadeRule<AdamPlan> MakeNadamw(const RuleRequest& request) {
  AdamPlan plan = AdamLike(request);
  plan.kind = AdamKind::kNadamw;
  plan.nesterov = request.Is("nesterov");
  return ElementRule(request, plan, 2);
}

MadeRule<AdamPlan> MakeRadam(const RuleRequest& request) {
  AdamPlan plan = AdamLike(request);
  plan.kind = AdamKind::kRadam;
  plan.threshold = request("threshold");
  return ElementRule(request, plan, 2);
}

MadeRule<AdamPlan> MakeAdabelief(const RuleRequest& request) {
  AdamPlan plan = AdamLike(request);
  plan.second = SecondMoment::kBelief;
  return ElementRule(request, plan, 2);
}

MadeRule<AdamPlan> MakeYogi(const RuleRequest& request) {
  AdamPlan plan = AdamLike(request);
  plan.second = SecondMoment::kYogi;
  plan.sizes.start = request("start");
  return ElementRule(request, plan, 2);
}

}  // namespace paceline
