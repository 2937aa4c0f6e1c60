#include "common/task/meta_loss_range.h"

#include <cmath>

#include "common/task/data_use.h"
#include "common/task/families.h"
#include "common/task/image_mlp.h"
#include "common/task/optimizer_training.h"
#include "common/task/policy_gradient.h"

namespace paceline {
namespace {

constexpr float kLoose = 1e6f;    // simple quadratics, lorenz, toy_schedule: the loss within ± it
constexpr float kLinear = 1e30f;  // influence_balancing

MetaLossRange RangeOf(const MetaLossRule& rule) {
  return {.low = static_cast<float>(rule.offset + rule.slope * rule.low), .high = rule.bound()};
}

}  // namespace

MetaLossRange MetaLossRangeOf(const v1::Task& task) {
  if (const auto network = NetworkOf(task)) return RangeOf(network->meta_loss);
  if (task.has_policy_gradient()) return RangeOf(PolicyGradientMetaLoss(task.policy_gradient()));
  if (task.has_image_mlp()) {
    const auto classes = static_cast<double>(DatasetFactsOf(Images(task.image_mlp())).classes);
    return {.low = 0, .high = static_cast<float>(1.5 * std::log(classes))};
  }
  if (task.has_optimizer_training()) {
    return MetaLossRangeOf(InnerTaskOf(task.optimizer_training()));
  }
  if (task.has_influence_balancing()) return {.low = -kLinear, .high = kLinear};
  return {.low = -kLoose, .high = kLoose};
}

}  // namespace paceline
