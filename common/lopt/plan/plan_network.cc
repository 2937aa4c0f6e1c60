#include "common/lopt/plan/plan_network.h"

#include <algorithm>

#include "common/lopt/plan/tensor_plan.h"

namespace paceline {

NetworkPlan PlanNetwork(const ThetaLayout& layout, const NetworkSettings& settings,
                        const std::vector<LayerPaths>& paths, const InputRows& rows,
                        FloatSlices& prepared, FloatSlices& scratch) {
  NetworkPlan plan;
  plan.hidden = settings.layers == 0 ? settings.outputs : settings.hidden;
  plan.padded_hidden = Padded(plan.hidden);
  plan.layers = settings.layers;
  plan.outputs = settings.outputs;
  plan.inputs = static_cast<uint32_t>(rows.inputs.size());
  plan.time_row = rows.time;
  plan.exp_multiplier = static_cast<float>(settings.exp_multiplier);
  plan.step_multiplier = static_cast<float>(settings.step_multiplier);
  std::ranges::copy(rows.inputs, plan.input_rows);
  for (size_t i = 0; i < paths.size(); ++i) {
    plan.weight_leaf[i] = static_cast<uint32_t>(layout.leaf(paths[i].weight).offset);
    plan.bias_leaf[i] = static_cast<uint32_t>(layout.leaf(paths[i].bias).offset);
  }
  const size_t width = plan.padded_hidden;
  const size_t middle = plan.layers < 2 ? 0 : plan.layers - 1;
  plan.first_weights = prepared.Take(plan.inputs * width);
  plan.time_weights = prepared.Take(kTimeFeatures * width);
  plan.first_bias = prepared.Take(width);
  plan.middle_weights = prepared.Take(middle * plan.hidden * width);
  plan.middle_biases = prepared.Take(middle * width);
  plan.last_weights = prepared.Take(plan.outputs * plan.hidden);
  plan.last_bias = prepared.Take(plan.outputs);
  plan.start = scratch.Take(width);
  plan.time_features = scratch.Take(kLaneGroup);
  plan.scaled_weights = scratch.Take(plan.inputs * width);
  return plan;
}

}  // namespace paceline
