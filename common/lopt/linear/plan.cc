#include <algorithm>
#include "common/lopt/linear/family.h"

#include "common/lopt/plan/plan_per_parameter.h"
#include "common/lopt/plan/plan_tensor.h"

namespace paceline {
namespace {

void PlaceWeights(const ThetaLayout& layout, const LinearColumns& columns, LinearPlan& plan) {
  plan.bias_leaf = static_cast<uint32_t>(layout.leaf("bias").offset);
  const auto place = [&](LinearGroup group, const char* path, int count) {
    plan.columns[group] = static_cast<uint32_t>(count);
    if (count > 0) plan.leaves[group] = static_cast<uint32_t>(layout.leaf(path).offset);
  };
  place(kLinearGradient, "gradient", columns.gradient);
  place(kLinearParameter, "parameter", columns.parameter);
  place(kLinearMomentum, "momentum", columns.momentum);
  place(kLinearRms, "rms", columns.rms);
  place(kLinearInverseRms, "inverse_rms", columns.inverse_rms);
  place(kLinearScaledGradient, "scaled_gradient", columns.scaled_gradient);
  place(kLinearScaledMomentum, "scaled_momentum", columns.scaled_momentum);
}

void CopyRule(const v1::Linear& own, LinearPlan& plan) {
  const std::vector<double> momenta = MomentumDecaysOf(own), moments = RmsDecaysOf(own);
  plan.momenta = static_cast<uint32_t>(momenta.size());
  plan.moments = static_cast<uint32_t>(moments.size());
  const auto narrow = [](double decay) { return static_cast<float>(decay); };
  std::ranges::transform(momenta, plan.momentum_decays, narrow);
  std::ranges::transform(moments, plan.moment_decays, narrow);
  plan.bias_correction = own.bias_correction();
  plan.normalize = own.normalize();
  plan.epsilon = static_cast<float>(own.epsilon());
  plan.step_multiplier = static_cast<float>(own.step_multiplier());
}

}  // namespace

OwnedPlan<LinearPlan> LinearFamily::PlanFor(const v1::LearnedOptimizer& config,
                                            const std::vector<ParameterTensor>& tensors) {
  const ThetaLayout layout = LayoutOf(config);
  const v1::Linear& own = config.linear();
  const PerParameterOptions options = {
      .clip = own.clip(), .update_rms = own.update_rms(), .rows = NoRows(), .curvature_decay = 0};
  OwnedPlan<LinearPlan> result;
  LinearPlan& plan = result.plan;
  CopyRule(own, plan);
  PlaceWeights(layout, ColumnsOf(own), plan);
  for (const ParameterTensor& tensor : tensors) {
    result.tensors.push_back(PlanFlat(tensor));
    TensorPlan& last = result.tensors.back();
    PlaceState(options.rows, size_t{plan.momenta + plan.moments} * last.padded_size(), last, plan);
  }
  FloatSlices prepared, scratch;
  prepared.Take(1 + kMaxLinearColumns);
  plan.scaled_weights = scratch.Take(kMaxLinearColumns);
  const size_t sums = plan.normalize ? kMaxLinearColumns : 1;
  PlanShared(options, result.tensors, sums, sums, plan, scratch);
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = prepared.used();
  plan.scratch_size = scratch.used();
  result.Own();
  return result;
}

}  // namespace paceline
