#include "common/lopt/nn_adam/family.h"
#include "common/lopt/plan/plan_recurrent.h"
#include "common/lopt/plan/plan_tensor.h"
#include "common/lopt/plan/scratch.h"

namespace paceline {

OwnedPlan<NnAdamPlan> NnAdamFamily::PlanFor(const v1::LearnedOptimizer& config,
                                            const std::vector<ParameterTensor>& all) {
  const std::vector<ParameterTensor> tensors = WithElements(all);
  const auto count = static_cast<uint32_t>(tensors.size());
  const ThetaLayout layout = LayoutOf(config);
  OwnedPlan<NnAdamPlan> result;
  NnAdamPlan& plan = result.plan;
  for (const ParameterTensor& tensor : tensors) {
    result.tensors.push_back(PlanFlat(tensor));
    result.tensors.back().state = plan.state_size;
    plan.state_size += 2 * size_t{result.tensors.back().padded_size()};
  }
  FloatSlices prepared, scratch;
  plan.lstm = PlanLstm(layout, "rnn_params/rnn/linear", count, prepared, scratch, plan.state_size);
  plan.controls = PlanMatrix(plan.lstm.hidden, kNnAdamControls, prepared);
  plan.initial_controls = prepared.Take(kNnAdamControls);
  plan.controls_state = plan.state_size;
  plan.state_size += FloatSlices::Rounded(size_t{count} * kNnAdamControls);
  plan.output_scale = static_cast<float>(config.nn_adam().output_scale());
  plan.decay_strength = static_cast<float>(config.nn_adam().decay_strength());
  const char* const initial[] = {"per_layer_lr", "per_layer_beta1", "per_layer_beta2",
                                 "per_layer_epsilon"};
  for (uint32_t k = 0; k < kNnAdamControls; ++k)
    plan.initial_leaves[k] = LeafOf(layout, initial[k]);
  plan.controls_weight_leaf = LeafOf(layout, "rnn_to_controls_params/rnn_to_controls/w");
  plan.controls_bias_leaf = LeafOf(layout, "rnn_to_controls_params/rnn_to_controls/b");
  plan.rates = scratch.Take(size_t{count} * 8);
  plan.totals = scratch.Take(size_t{count} * 16);
  plan.outputs = scratch.Take(size_t{count} * plan.controls.columns);
  plan.sums = scratch.Take(SumScratch(5));
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = prepared.used();
  plan.scratch_size = scratch.used();
  result.Own();
  return result;
}

}  // namespace paceline
