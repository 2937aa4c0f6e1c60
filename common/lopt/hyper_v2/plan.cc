#include <algorithm>
#include "common/lopt/hyper_v2/family.h"

#include "common/lopt/adafac_mlp/plan_adafac.h"
#include "common/lopt/plan/loss_history_plan.h"
#include "common/lopt/plan/plan_recurrent.h"
#include "common/lopt/plan/plan_tensor.h"
#include "common/lopt/plan/scratch.h"

namespace paceline {
namespace {

// Kernel input → group of the library's features, and column within it: AdafacMLP's elements, the
// two more; v_row, its inverse roots; v_col, likewise.
struct Column {
  int group, column;
};
constexpr Column kInputColumns[kHyperV2Inputs] = {
    {0, 0}, {2, 0},  {3, 0},  {3, 1},  {3, 2},  {4, 0},  {5, 0},  {5, 1},  {5, 2},  {6, 0},
    {7, 0}, {7, 1},  {7, 2},  {13, 0}, {13, 1}, {13, 2}, {1, 0},  {8, 0},  {9, 0},  {9, 1},
    {9, 2}, {11, 0}, {11, 1}, {11, 2}, {10, 0}, {10, 1}, {10, 2}, {12, 0}, {12, 1}, {12, 2}};

constexpr char kBankScope[] = "ff_mod_stack/~/";

BankPlan PlanBank(const ThetaLayout& layout, const v1::HyperV2& config, FloatSlices& prepared) {
  BankPlan plan;
  plan.count = config.param_inits();
  const uint32_t hidden = config.ff_hidden_size(), layers = config.ff_hidden_layers();
  const uint32_t columns =
      (kHyperV2Inputs + 1) * hidden + (layers - 1) * (hidden + 1) * hidden + 2 * hidden + 2;
  plan.matrix = PlanMatrix(plan.count, columns, prepared);
  for (uint32_t f = 0; f < kHyperV2Inputs; ++f) {
    const auto [group, column] = kInputColumns[f];
    const ThetaLeaf& leaf = layout.leaf(kBankScope + ("w0__" + std::to_string(group)));
    plan.first_leaf[f] =
        static_cast<uint32_t>(leaf.offset) + static_cast<uint32_t>(column) * hidden;
    plan.first_stride[f] = static_cast<uint32_t>(leaf.shape[1]) * hidden;
  }
  for (uint32_t i = 0; i <= layers; ++i) {
    const std::string layer = std::to_string(i);
    if (i > 0) plan.weight_leaf[i] = LeafOf(layout, kBankScope + ("w" + layer));
    plan.bias_leaf[i] = LeafOf(layout, kBankScope + ("b" + layer));
  }
  return plan;
}

// All of its weights in scratch.
NetworkPlan PlanTensorNetwork(const v1::HyperV2& config, FloatSlices& scratch) {
  NetworkPlan plan;
  plan.hidden = config.ff_hidden_size();
  plan.padded_hidden = Padded(plan.hidden);
  plan.layers = config.ff_hidden_layers();
  plan.inputs = kHyperV2Inputs;
  plan.outputs = 2;
  plan.exp_multiplier = static_cast<float>(config.exp_multiplier());
  plan.step_multiplier = static_cast<float>(config.step_multiplier());
  const size_t width = plan.padded_hidden, middle = plan.layers - 1;
  plan.first_weights = scratch.Take(kHyperV2Inputs * width);
  plan.start = plan.first_bias = scratch.Take(width);
  plan.middle_weights = scratch.Take(middle * plan.hidden * width);
  plan.middle_biases = scratch.Take(middle * width);
  plan.last_weights = scratch.Take(2 * plan.hidden);
  plan.last_bias = scratch.Take(2);
  plan.scaled_weights = scratch.Take(kHyperV2Inputs * width);
  return plan;
}

void SetFlags(const v1::HyperV2& config, HyperV2Plan& plan) {
  plan.mixes = config.mix_layers();
  plan.param_scale_mult = config.param_scale_mult();
  plan.precondition_output = config.precondition_output();
  plan.state_stands_still = config.use_bugged_next_lstm_state();
  plan.equal_loss_decays = config.use_bugged_loss_features();
  plan.has_validation_feature = config.with_validation_feature_dim();
  plan.validation_feature = config.validation_mode() ? 1 : 0;
  plan.scale_limit = static_cast<float>(config.clip_param_scale_amount());
  plan.keep_state = static_cast<float>(1 - config.rnn_state_decay());
  SetInitialDecays(DecayValuesOf(config), plan);
}

void SetLeaves(const ThetaLayout& layout, HyperV2Plan& plan) {
  const auto find = [&](const char* path, uint32_t& weight, uint32_t& bias) {
    weight = LeafOf(layout, std::string("rnn_params/") + path + "/w");
    bias = LeafOf(layout, std::string("rnn_params/") + path + "/b");
  };
  if (plan.mixes) {
    find("linear_1", plan.maximum_weight_leaf, plan.maximum_bias_leaf);
    find("linear_2", plan.direct_weight_leaf, plan.direct_bias_leaf);
  }
  find("rnn_to_controls", plan.controls_weight_leaf, plan.controls_bias_leaf);
  find("step_size", plan.step_size_weight_leaf, plan.step_size_bias_leaf);
}

void TakeScratch(const std::vector<TensorPlan>& tensors, HyperV2Plan& plan, FloatSlices& scratch) {
  const size_t count = tensors.size();
  const size_t staged = Largest(tensors, [](const TensorPlan& t) { return t.padded_size(); });
  plan.totals = scratch.Take(kHyperV2Inputs);
  plan.staged_gradient = scratch.Take(staged);
  plan.staged_parameters = scratch.Take(LargestStaged(tensors));
  TakeAdafacScratch(tensors, plan, scratch);
  plan.sums = scratch.Take(SumScratch(kHyperV2ElementFeatures + kAdafacSideFeatures));
  plan.loss_scratch = scratch.Take(kLossHistoryScratch);
  plan.shared_features = scratch.Take(kProgressFeatures + kLossFeatures);
  plan.statistics = scratch.Take(count * kLaneGroup);
  plan.tensor_features = scratch.Take(count * Padded(plan.features));
  plan.mixed = scratch.Take(count * plan.mixing.columns);
  plan.tensor_controls = scratch.Take(count * plan.controls.columns);
  plan.tensor_step = scratch.Take(count * plan.step_size.columns);
  plan.tensor_networks = scratch.Take(count * plan.bank.matrix.columns + kLaneGroup);
}

}  // namespace

OwnedPlan<HyperV2Plan> HyperV2Family::PlanFor(const v1::LearnedOptimizer& config,
                                              const std::vector<ParameterTensor>& all) {
  const std::vector<ParameterTensor> tensors = WithElements(all);
  const v1::HyperV2& own = config.hyper_v2();
  const ThetaLayout layout = LayoutOf(config);
  OwnedPlan<HyperV2Plan> result;
  HyperV2Plan& plan = result.plan;
  SetFlags(own, plan);
  SetLeaves(layout, plan);
  plan.features = plan.has_validation_feature ? 31 : 30;
  for (const ParameterTensor& tensor : tensors) {
    result.tensors.push_back(PlanFactored(tensor));
    result.tensors.back().state = plan.state_size;
    plan.state_size += AdafacStateSize(result.tensors.back());
  }
  plan.loss_history = plan.state_size;
  plan.state_size += FloatSlices::Rounded(kLossHistoryState);
  FloatSlices prepared, scratch;
  const auto count = static_cast<uint32_t>(tensors.size());
  plan.lstm = PlanLstm(layout, "rnn_params/rnn/linear", count, prepared, scratch, plan.state_size);
  if (plan.mixes) {
    plan.mixing = PlanMatrix(plan.features, 2 * plan.lstm.padded_hidden, prepared);
  }
  plan.bank = PlanBank(layout, own, prepared);
  plan.controls = PlanMatrix(plan.lstm.hidden, plan.bank.count, prepared);
  plan.step_size = PlanMatrix(plan.lstm.hidden, 1, prepared);
  plan.network = PlanTensorNetwork(own, scratch);
  TakeScratch(result.tensors, plan, scratch);
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = prepared.used();
  plan.scratch_size = scratch.used();
  result.Own();
  return result;
}

}  // namespace paceline
