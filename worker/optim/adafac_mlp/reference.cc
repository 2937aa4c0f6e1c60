// AdafacMLPLOpt (docs/reference/learned-optimizers.md §4), and the same with a multiplier for each
// tensor (§9).
#include <ATen/TensorOperators.h>

#include "common/lopt/adafac_mlp/family.h"
#include "worker/reference/adafac_family.h"

namespace paceline {
namespace {

class ReferenceAdafacMlp : public ReferenceAdafacFamily {
 public:
  // multipliers: of each tensor's step.
  ReferenceAdafacMlp(const ReferenceSetup& setup, const PerParameterSettings& settings,
                     AdafacDecayValues decays, std::vector<double> multipliers)
      : ReferenceAdafacFamily(setup, settings, std::move(decays)),
        multipliers_(std::move(multipliers)) {}

 private:
  at::Tensor Move(const TensorUpdate& update) const override {
    const at::Tensor step =
        StepOf(update.outputs, settings().step_multiplier, settings().exp_multiplier) *
        multipliers_[update.tensor];
    return update.p - Sized(settings().update_rms, step.unsqueeze(1));
  }

  const std::vector<double> multipliers_;
};

// 1 over the inputs: all axes but the last.
double MuMultiplier(const ParameterTensor& tensor) {
  if (tensor.kind != TensorKind::kHiddenWeights) return 1;
  double inputs = 1;
  for (size_t axis = 0; axis + 1 < tensor.shape.size(); ++axis) {
    inputs *= static_cast<double>(tensor.shape[axis]);
  }
  return 1 / inputs;
}

}  // namespace

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<AdafacMlpFamily>(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceAdafacMlp>(
      setup, SettingsOf(setup.config, setup.config.adafac_mlp()),
      DecayValuesOf(setup.config.adafac_mlp()), std::vector<double>(setup.tensors.size(), 1));
}

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<MuAdafacMlpFamily>(const ReferenceSetup& setup) {
  std::vector<double> multipliers;
  for (const ParameterTensor& tensor : setup.tensors) multipliers.push_back(MuMultiplier(tensor));
  return std::make_unique<ReferenceAdafacMlp>(
      setup, SettingsOf(setup.config, setup.config.mu_adafac_mlp()),
      DecayValuesOf(setup.config.mu_adafac_mlp()), std::move(multipliers));
}

}  // namespace paceline
