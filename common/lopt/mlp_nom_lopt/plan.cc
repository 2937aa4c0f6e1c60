#include "common/lopt/adafac_mlp/plan_adafac.h"
#include "common/lopt/mlp_nom_lopt/family.h"

namespace paceline {
namespace {

void CopyRule(const v1::MlpNomLopt& own, MlpNomPlan& plan) {
  plan.direction = static_cast<NominalDirection>(own.nominal_direction());
  plan.nominal_step = static_cast<float>(own.nominal_step_size());
  plan.weight_decay = static_cast<float>(own.weight_decay());
  plan.exp_multipliers[0] = static_cast<float>(own.exp_multiplier());
  plan.exp_multipliers[1] = static_cast<float>(own.nominal_exp_multiplier());
  plan.exp_multipliers[2] = static_cast<float>(own.regularization_exp_multiplier());
  plan.controlled[1] = own.nominal_controller();
  plan.controlled[2] = own.regularization_controller();
  plan.aggregated[0] = own.aggregate_magnitude();
  plan.aggregated[1] = own.aggregate_nominal_magnitude();
  plan.aggregated[2] = own.aggregate_regularization_magnitude();
  plan.normalize = own.normalize_blackbox();
  plan.selfnormalize = own.selfnormalize_blackbox();
}

}  // namespace

OwnedPlan<MlpNomPlan> MlpNomLoptFamily::PlanFor(const v1::LearnedOptimizer& config,
                                                const std::vector<ParameterTensor>& tensors) {
  const v1::MlpNomLopt& own = config.mlp_nom_lopt();
  OwnedPlan<MlpNomPlan> result;
  FloatSlices scratch;
  PlanAdafac(LayoutOf(config),
             {.hidden = own.hidden(),
              .layers = own.layers(),
              .outputs = kNominalOutputs,
              .exp_multiplier = own.exp_multiplier(),
              .step_multiplier = own.step_multiplier()},
             OptionsOf(own), tensors, result.tensors, result.plan, scratch);
  SetInitialDecays(DecayValuesOf(own), result.plan);
  CopyRule(own, result.plan);
  const size_t largest =
      Largest(result.tensors, [](const TensorPlan& t) { return t.padded_size(); });
  result.plan.outputs = scratch.Take(kNominalOutputs * largest);
  result.plan.means = scratch.Take(kNominalOutputs);
  result.plan.scratch_size = scratch.used();
  result.Own();
  return result;
}

}  // namespace paceline
