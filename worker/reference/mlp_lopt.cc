// MLPLOpt (reference/learned-optimizers.md §2.2).
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include "worker/reference/families.h"
#include "worker/reference/network.h"

namespace paceline {
namespace {

constexpr int64_t kDecays = 6;

std::vector<NetworkLeaves> Layers(const v1::MlpLopt& config) {
  std::vector<NetworkLeaves> layers;
  for (uint32_t i = 0; i <= config.layers(); ++i) {
    const std::string layer = "mlp/~/linear_" + std::to_string(i);
    layers.push_back({layer + "/w", layer + "/b"});
  }
  return layers;
}

class ReferenceMlpLopt : public ReferenceOptimizer {
 public:
  explicit ReferenceMlpLopt(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        config_(setup.config.mlp_lopt()),
        network_(LayoutOf(setup.config), Layers(config_)),
        decays_(at::tensor({.1, .5, .9, .99, .999, .9999}, setup.options).unsqueeze(1)) {
    for (const ParameterTensor& tensor : setup.tensors) {
      momenta_.push_back(states().Add({kDecays, static_cast<int64_t>(tensor.size)}));
    }
  }

 private:
  void ApplyTheta(const at::Tensor& thetas) override { network_.SetTheta(thetas); }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    for (size_t i = 0; i < parameters.size(); ++i) {
      at::Tensor& m = states()[momenta_[i]];
      const at::Tensor g = inputs.gradients[i].reshape({m.size(0), 1, m.size(2)});
      const at::Tensor p = parameters[i].reshape(g.sizes());
      m = decays_ * m + (1 - decays_) * g;
      const at::Tensor outputs = network_.Outputs(at::cat({g, p, m}, 1), inputs.iterations);
      const at::Tensor step = StepOf(outputs, config_.step_multiplier(), config_.exp_multiplier());
      parameters[i] = parameters[i] - step.reshape(parameters[i].sizes());
    }
  }

  const v1::MlpLopt config_;
  ReferenceNetwork network_;
  at::Tensor decays_;                     // [decay, 1]
  std::vector<RunStates::Slot> momenta_;  // [run, decay, element]
};

}  // namespace

std::unique_ptr<ReferenceOptimizer> MakeReferenceMlpLopt(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceMlpLopt>(setup);
}

}  // namespace paceline
