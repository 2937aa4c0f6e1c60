#include "worker/baselines/rules/schedule_free.h"

#include "worker/baselines/rules/makers.h"

namespace paceline {

MadeRule<ScheduleFreePlan> MakeScheduleFree(const RuleRequest& request) {
  MadeRule<ScheduleFreePlan> made =
      ElementRule(request,
                  ScheduleFreePlan{.beta1 = request("beta1"),
                                   .beta2 = request("beta2"),
                                   .epsilon = request("epsilon"),
                                   .weight_decay = request("weight_decay")},
                  2);
  made.plan.sizes.state += 2;  // Σγ²
  return made;
}

}  // namespace paceline
