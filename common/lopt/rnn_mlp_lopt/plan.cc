#include <algorithm>
#include "common/lopt/rnn_mlp_lopt/family.h"

#include "common/lopt/plan/plan_recurrent.h"
#include "common/lopt/plan/plan_tensor.h"
#include "common/lopt/plan/scratch.h"

namespace paceline {
namespace {

void SetDecays(const v1::RnnMlpLopt& config, RnnMlpPlan& plan) {
  std::vector<double> decays(config.decays().begin(), config.decays().end());
  if (decays.empty()) decays = {0.5, 0.9, 0.99, 0.999, 0.9999};
  plan.decay_count = static_cast<uint32_t>(decays.size());
  std::ranges::transform(decays, plan.decays, [](double d) { return static_cast<float>(d); });
}

NetworkPlan PlanRnnNetwork(const ThetaLayout& layout, const v1::RnnMlpLopt& config,
                           RnnMlpPlan& owner, FloatSlices& prepared, FloatSlices& scratch) {
  NetworkPlan plan;
  plan.hidden = config.hidden();
  plan.padded_hidden = Padded(plan.hidden);
  plan.layers = config.layers();
  plan.inputs = 3 + 4 * owner.decay_count;
  plan.outputs = 2 + owner.from_mlp;
  plan.exp_multiplier = static_cast<float>(config.exp_multiplier());
  plan.step_multiplier = static_cast<float>(config.step_multiplier());
  for (uint32_t i = 0; i <= plan.layers; ++i) {
    const std::string layer = "ffmod_params/mlp/~/linear_" + std::to_string(i);
    plan.weight_leaf[i] = LeafOf(layout, layer + "/w");
    plan.bias_leaf[i] = LeafOf(layout, layer + "/b");
  }
  const size_t width = plan.padded_hidden, middle = plan.layers - 1, outputs = 2 + owner.from_mlp;
  plan.first_weights = prepared.Take(plan.inputs * width);
  owner.constant_weights = prepared.Take(owner.constants * width);
  plan.first_bias = prepared.Take(width);
  plan.middle_weights = prepared.Take(middle * plan.hidden * width);
  plan.middle_biases = prepared.Take(middle * width);
  plan.last_weights = prepared.Take(outputs * plan.hidden);
  plan.last_bias = prepared.Take(outputs);
  plan.start = scratch.Take(width);
  plan.scaled_weights = scratch.Take(plan.inputs * width);
  return plan;
}

void SetLeaves(const ThetaLayout& layout, RnnMlpPlan& plan) {
  plan.from_mlp_leaf = LeafOf(layout, "initial_from_mlp");
  plan.from_lstm_leaf = LeafOf(layout, "initial_from_lstm");
  plan.to_network_weight_leaf = LeafOf(layout, "rnn_to_ff_params/rnn_to_ff/w");
  plan.to_network_bias_leaf = LeafOf(layout, "rnn_to_ff_params/rnn_to_ff/b");
  plan.to_tensors_weight_leaf = LeafOf(layout, "rnn_to_in_params/rnn_to_in/w");
  plan.to_tensors_bias_leaf = LeafOf(layout, "rnn_to_in_params/rnn_to_in/b");
}

void TakeScratch(RnnMlpPlan& plan, size_t count, FloatSlices& scratch) {
  const size_t hidden = plan.network.hidden;
  plan.scalars = scratch.Take(kLaneGroup);
  plan.statistics_stride = Padded(kFirstDecay + plan.decay_count * kPerDecay);
  plan.statistics = scratch.Take(count * plan.statistics_stride);
  plan.network_inputs = scratch.Take(count * plan.to_network.columns);
  plan.tensor_outputs = scratch.Take(count * plan.to_tensors.columns);
  plan.constant_inputs = scratch.Take(plan.constants);
  plan.activations = scratch.Take(hidden * kRnnMlpChunk);
  plan.activation_sums = scratch.Take(hidden * kLaneGroup);
  plan.activation_means = scratch.Take(hidden);
  plan.sums = scratch.Take(SumScratch(6));
}

}  // namespace

OwnedPlan<RnnMlpPlan> RnnMlpLoptFamily::PlanFor(const v1::LearnedOptimizer& config,
                                                const std::vector<ParameterTensor>& all) {
  const std::vector<ParameterTensor> tensors = WithElements(all);
  const v1::RnnMlpLopt& own = config.rnn_mlp_lopt();
  const ThetaLayout layout = LayoutOf(config);
  OwnedPlan<RnnMlpPlan> result;
  RnnMlpPlan& plan = result.plan;
  SetDecays(own, plan);
  SetLeaves(layout, plan);
  plan.from_mlp = own.from_mlp();
  plan.from_lstm = own.from_lstm();
  plan.lstm_to_ff = own.lstm_to_ff();
  plan.constants = kRnnMlpTimeInputs + kRnnMlpSizeInputs + plan.lstm_to_ff;
  for (const ParameterTensor& tensor : tensors) {
    result.tensors.push_back(PlanFlat(tensor));
    result.tensors.back().state = plan.state_size;
    plan.state_size += 2 * plan.decay_count * size_t{result.tensors.back().padded_size()};
  }
  FloatSlices prepared, scratch;
  const auto count = static_cast<uint32_t>(tensors.size());
  plan.lstm = PlanLstm(layout, "rnn_params/rnn/linear", count, prepared, scratch, plan.state_size);
  plan.to_network = PlanMatrix(plan.lstm.hidden, plan.lstm_to_ff, prepared);
  plan.to_tensors = PlanMatrix(plan.lstm.hidden, plan.from_lstm, prepared);
  plan.initial_from_mlp = prepared.Take(plan.from_mlp);
  plan.initial_from_lstm = prepared.Take(plan.from_lstm);
  plan.network = PlanRnnNetwork(layout, own, plan, prepared, scratch);
  const auto take_state = [&](size_t size) {
    const size_t offset = plan.state_size;
    plan.state_size += FloatSlices::Rounded(size);
    return offset;
  };
  plan.from_mlp_state = take_state(size_t{count} * plan.from_mlp);
  plan.from_lstm_state = take_state(plan.from_lstm);
  plan.scalars_state = take_state(kRnnMlpScalars * kFloatsOfDouble);
  TakeScratch(plan, count, scratch);
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = prepared.used();
  plan.scratch_size = scratch.used();
  result.Own();
  return result;
}

}  // namespace paceline
