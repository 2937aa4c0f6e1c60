#include "worker/optim/plan_network.h"

#include <algorithm>

#include "worker/optim/tensor_plan.h"

namespace paceline {

NetworkPlan PlanNetwork(const ThetaLayout& layout, const NetworkSettings& settings,
                        const std::vector<LayerPaths>& paths,
                        const std::vector<uint8_t>& input_rows, FloatSlices& prepared,
                        FloatSlices& scratch) {
  NetworkPlan plan;
  plan.hidden = settings.hidden;
  plan.padded_hidden = Padded(settings.hidden);
  plan.layers = settings.layers;
  plan.inputs = static_cast<uint32_t>(input_rows.size());
  plan.exp_multiplier = static_cast<float>(settings.exp_multiplier);
  plan.step_multiplier = static_cast<float>(settings.step_multiplier);
  std::ranges::copy(input_rows, plan.input_rows);
  for (size_t i = 0; i < paths.size(); ++i) {
    plan.weight_leaf[i] = static_cast<uint32_t>(layout.leaf(paths[i].weight).offset);
    plan.bias_leaf[i] = static_cast<uint32_t>(layout.leaf(paths[i].bias).offset);
  }
  const size_t width = plan.padded_hidden;
  const size_t middle = plan.layers - 1;
  plan.first_weights = prepared.Take(plan.inputs * width);
  plan.time_weights = prepared.Take(kTimeFeatures * width);
  plan.first_bias = prepared.Take(width);
  plan.middle_weights = prepared.Take(middle * plan.hidden * width);
  plan.middle_biases = prepared.Take(middle * width);
  plan.last_weights = prepared.Take(2 * plan.hidden);
  plan.last_bias = prepared.Take(2);
  plan.start = scratch.Take(width);
  plan.time_features = scratch.Take(kLaneGroup);
  plan.scaled_weights = scratch.Take(plan.inputs * width);
  return plan;
}

}  // namespace paceline
