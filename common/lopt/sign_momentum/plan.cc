#include "common/lopt/layout.h"
#include "common/lopt/plan/plan_recurrent.h"
#include "common/lopt/sign_momentum/family.h"

namespace paceline {

OwnedPlan<SignMomentumPlan> SignMomentumFamily::PlanFor(
    const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors) {
  const ThetaLayout layout = LayoutOf(config);
  OwnedPlan<SignMomentumPlan> result;
  SignMomentumPlan& plan = result.plan;
  for (const ParameterTensor& tensor : tensors) plan.parameters += tensor.size;
  plan.weight_decay = static_cast<float>(config.sign_momentum().weight_decay());
  plan.log_learning_rate = LeafOf(layout, "log_lr");
  plan.log_one_minus_beta1 = LeafOf(layout, "one_minus_beta1");
  plan.log_one_minus_beta2 = LeafOf(layout, "one_minus_beta2");
  plan.log_epsilon = LeafOf(layout, "log_epsilon");
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = FloatSlices::Rounded(6);
  plan.state_size = plan.parameters;
  return result;
}

}  // namespace paceline
