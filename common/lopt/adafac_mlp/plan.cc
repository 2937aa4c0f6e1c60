#include "common/lopt/adafac_mlp/family.h"
#include "common/lopt/adafac_mlp/plan_adafac.h"

namespace paceline {
namespace {

template <class Config>
OwnedPlan<AdafacMlpPlan> PlanOf(const v1::LearnedOptimizer& config, const Config& own,
                                const std::vector<ParameterTensor>& tensors) {
  OwnedPlan<AdafacMlpPlan> result;
  FloatSlices scratch;
  PlanAdafac(LayoutOf(config),
             {.hidden = own.hidden(),
              .layers = own.layers(),
              .exp_multiplier = own.exp_multiplier(),
              .step_multiplier = own.step_multiplier()},
             OptionsOf(own), tensors, result.tensors, result.plan, scratch);
  SetInitialDecays(DecayValuesOf(own), result.plan);
  result.plan.scratch_size = scratch.used();
  result.Own();
  return result;
}

// μLO (reference 2.8): 1 over the inputs of hidden weights.
float MuMultiplier(const ParameterTensor& tensor) {
  if (tensor.kind != TensorKind::kHiddenWeights) return 1;
  return 1 / (static_cast<float>(tensor.size) / static_cast<float>(tensor.shape.back()));
}

}  // namespace

OwnedPlan<AdafacMlpPlan> AdafacMlpFamily::PlanFor(const v1::LearnedOptimizer& config,
                                                  const std::vector<ParameterTensor>& tensors) {
  return PlanOf(config, config.adafac_mlp(), tensors);
}

OwnedPlan<AdafacMlpPlan> MuAdafacMlpFamily::PlanFor(const v1::LearnedOptimizer& config,
                                                    const std::vector<ParameterTensor>& tensors) {
  OwnedPlan<AdafacMlpPlan> result = PlanOf(config, config.mu_adafac_mlp(), tensors);
  for (size_t i = 0; i < tensors.size(); ++i) {
    result.tensors[i].step_multiplier = MuMultiplier(tensors[i]);
  }
  return result;
}

}  // namespace paceline
