#include "common/lopt/hand_designed/family.h"
#include "common/lopt/layout.h"

namespace paceline {
namespace {

size_t ParameterCount(const std::vector<ParameterTensor>& tensors) {
  size_t count = 0;
  for (const ParameterTensor& tensor : tensors) count += tensor.size;
  return count;
}

uint32_t Leaf(const ThetaLayout& layout, const char* path) {
  return static_cast<uint32_t>(layout.leaf(path).offset);
}

// `slots` floats of state for every parameter.
template <class Plan>
OwnedPlan<Plan> Elementwise(const ThetaLayout& layout, const std::vector<ParameterTensor>& tensors,
                            size_t slots) {
  OwnedPlan<Plan> result;
  result.plan.theta_size = static_cast<uint32_t>(layout.size);
  result.plan.prepared_size = 16;
  result.plan.parameters = ParameterCount(tensors);
  result.plan.state_size = slots * result.plan.parameters;
  result.plan.log_learning_rate = Leaf(layout, "log_lr");
  return result;
}

}  // namespace

OwnedPlan<LearnableSgdPlan> LearnableSgdFamily::PlanFor(
    const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors) {
  return Elementwise<LearnableSgdPlan>(LayoutOf(config), tensors, 0);
}

OwnedPlan<LearnableSgdmPlan> LearnableSgdmFamily::PlanFor(
    const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors) {
  const ThetaLayout layout = LayoutOf(config);
  auto result = Elementwise<LearnableSgdmPlan>(layout, tensors, 1);
  result.plan.log_one_minus_momentum = Leaf(layout, "one_minus_momentum");
  return result;
}

OwnedPlan<LearnableAdamPlan> LearnableAdamFamily::PlanFor(
    const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors) {
  const ThetaLayout layout = LayoutOf(config);
  auto result = Elementwise<LearnableAdamPlan>(layout, tensors, 2);
  result.plan.log_one_minus_beta1 = Leaf(layout, "one_minus_beta1");
  result.plan.log_one_minus_beta2 = Leaf(layout, "one_minus_beta2");
  result.plan.log_epsilon = Leaf(layout, "log_epsilon");
  return result;
}

}  // namespace paceline
