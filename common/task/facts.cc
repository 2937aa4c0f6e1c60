#include "common/task/facts.h"

#include "common/task/augment.h"
#include "common/task/families.h"
#include "common/task/image_mlp.h"
#include "common/task/optimizer_training.h"
#include "common/task/own.h"
#include "common/task/policy_gradient.h"
#include "common/task/quadratic.h"
#include "common/task/sample.h"
#include "common/task/systems.h"

namespace paceline {

TaskFacts FactsOf(const v1::Task& task) {
  if (task.has_augment()) return AugmentedFacts(task);
  if (const NetworkFamily* family = NetworkFamilyOf(task)) return NetworkFacts(*family, task);
  if (task.has_sample()) return SampleFacts(task.sample());
  if (task.has_own()) return OwnFacts(task.own());
  if (task.has_image_mlp()) return ImageMlpFacts(task.image_mlp());
  if (task.has_quadratic()) return QuadraticFacts(task.quadratic());
  if (task.has_optimizer_training()) return OptimizerTrainingFacts(task.optimizer_training());
  if (task.has_policy_gradient()) return PolicyGradientFacts(task.policy_gradient());
  if (task.has_influence_balancing()) return InfluenceBalancingFacts();
  if (task.has_lorenz()) return LorenzFacts();
  if (task.has_toy_schedule()) return ToyScheduleFacts();
  return {};
}

}  // namespace paceline
