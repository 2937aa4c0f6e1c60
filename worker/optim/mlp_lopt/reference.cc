// MLPLOpt (docs/reference/learned-optimizers.md §3).
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include "common/lopt/mlp_lopt/family.h"
#include "worker/reference/per_parameter.h"
#include "worker/reference/setup.h"

namespace paceline {
namespace {

constexpr int64_t kDecays = 6;

class ReferenceMlpLopt : public ReferenceOptimizer {
 public:
  explicit ReferenceMlpLopt(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        settings_(SettingsOf(setup.config, setup.config.mlp_lopt())),
        network_(LayoutOf(setup.config),
                 LayersOf(settings_.layers, {"mlp/~/linear_", "mlp/~/linear_"}, "/w", "/b"),
                 settings_.rows.time != kNoRow),
        decays_(at::tensor({.1, .5, .9, .99, .999, .9999}, setup.options).unsqueeze(1)),
        curvature_(settings_.rows, settings_.curvature_decay, setup.tensors, states()) {
    for (const ParameterTensor& tensor : setup.tensors) {
      momenta_.push_back(states().Add({kDecays, static_cast<int64_t>(tensor.size)}));
    }
  }

 private:
  void ApplyTheta(const at::Tensor& thetas) override { network_.SetTheta(thetas); }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    const std::vector<at::Tensor> gradients = Clipped(settings_.clip, inputs.gradients);
    curvature_.Count(states(), inputs);
    for (size_t i = 0; i < parameters.size(); ++i) {
      at::Tensor& m = states()[momenta_[i]];
      const at::Tensor g = gradients[i].reshape({m.size(0), 1, m.size(2)});
      const at::Tensor p = parameters[i].reshape(g.sizes());
      m = decays_ * m + (1 - decays_) * g;
      const at::Tensor extra = curvature_.Columns(states(), inputs, i, m.narrow(1, 2, 1));
      const at::Tensor features = ChosenColumns(at::cat({g, p, m}, 1), settings_.rows.own, extra);
      const at::Tensor step = StepOf(network_.Outputs(features, inputs.iterations),
                                     settings_.step_multiplier, settings_.exp_multiplier);
      parameters[i] =
          (p - Sized(settings_.update_rms, step.unsqueeze(1))).reshape(parameters[i].sizes());
    }
  }

  const PerParameterSettings settings_;
  ReferenceNetwork network_;
  at::Tensor decays_;                     // [decay, 1]
  std::vector<RunStates::Slot> momenta_;  // [run, decay, element]
  ReferenceCurvature curvature_;
};

}  // namespace

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<MlpLoptFamily>(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceMlpLopt>(setup);
}

}  // namespace paceline
