#include <algorithm>
#include "common/lopt/learned_schedule/family.h"

#include "common/lopt/plan/loss_history_plan.h"
#include "common/lopt/plan/plan_recurrent.h"

namespace paceline {

OwnedPlan<LearnedSchedulePlan> LearnedScheduleFamily::PlanFor(
    const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors) {
  const v1::LearnedSchedule& own = config.learned_schedule();
  const ThetaLayout layout = LayoutOf(config);
  OwnedPlan<LearnedSchedulePlan> result;
  LearnedSchedulePlan& plan = result.plan;
  for (const ParameterTensor& tensor : tensors) plan.parameters += tensor.size;
  plan.is_adam = own.base() == v1::SCHEDULED_OPTIMIZER_ADAM;
  plan.is_relu = own.activation() == v1::SCHEDULE_ACTIVATION_RELU;
  plan.hidden = own.hidden();
  plan.layer_count = own.layers();
  plan.log_learning_rate = LeafOf(layout, "log_lr");
  if (plan.is_adam) {
    plan.log_one_minus_beta1 = LeafOf(layout, "one_minus_beta1");
    plan.log_one_minus_beta2 = LeafOf(layout, "one_minus_beta2");
    plan.log_epsilon = LeafOf(layout, "log_epsilon");
  } else {
    plan.log_one_minus_momentum = LeafOf(layout, "one_minus_momentum");
  }
  FloatSlices prepared, scratch;
  for (uint32_t i = 0; i <= plan.layer_count; ++i) {
    const std::string path = "schedule/linear_" + std::to_string(i);
    plan.weight_leaf[i] = LeafOf(layout, path + "/w");
    plan.bias_leaf[i] = LeafOf(layout, path + "/b");
    plan.layers[i] = PlanMatrix(i == 0 ? kScheduleInputs : plan.hidden,
                                i == plan.layer_count ? 1 : plan.hidden, prepared);
  }
  plan.rule = prepared.Take(kLaneGroup);
  plan.log_rate = prepared.Take(1);
  plan.loss_history = FloatSlices::Rounded((plan.is_adam ? 2 : 1) * plan.parameters);
  plan.state_size = plan.loss_history + FloatSlices::Rounded(kLossHistoryState);
  plan.loss_scratch = scratch.Take(kLossHistoryScratch);
  plan.inputs = scratch.Take(kScheduleInputs);
  for (uint32_t& values : plan.values) values = scratch.Take(Padded(plan.hidden));
  plan.rate = scratch.Take(1);
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = prepared.used();
  plan.scratch_size = scratch.used();
  return result;
}

}  // namespace paceline
