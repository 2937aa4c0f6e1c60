// AdafacMLPLOpt (reference/learned-optimizers.md §2.3).
#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include "worker/reference/accumulators.h"
#include "worker/reference/families.h"
#include "worker/reference/network.h"

namespace paceline {
namespace {

std::vector<NetworkLeaves> Layers(const v1::AdafacMlp& config) {
  std::vector<NetworkLeaves> layers;
  for (uint32_t i = 0; i <= config.layers(); ++i) {
    layers.push_back({"nn/~/w" + std::to_string(i), "nn/~/b" + std::to_string(i)});
  }
  return layers;
}

// 1 − exp(10·(ln(1 − d₀)/10 + δ)) with δ [run, decay]: [run, decay, 1].
at::Tensor EffectiveDecays(const at::Tensor& offsets, at::ArrayRef<double> initial) {
  const at::Tensor base = (1 - at::tensor(initial, offsets.options())).log() / 10;
  return (1 - ((base + offsets) * 10).exp()).unsqueeze(2);
}

class ReferenceAdafacMlp : public ReferenceOptimizer {
 public:
  explicit ReferenceAdafacMlp(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        config_(setup.config.adafac_mlp()),
        layout_(LayoutOf(setup.config)),
        network_(layout_, Layers(config_)) {
    for (const ParameterTensor& tensor : setup.tensors) {
      accumulators_.emplace_back(tensor, states());
    }
  }

 private:
  void ApplyTheta(const at::Tensor& thetas) override {
    network_.SetTheta(thetas);
    const auto decays = [&](const char* leaf, at::ArrayRef<double> initial) {
      return EffectiveDecays(LeafOf(thetas, layout_, leaf), initial);
    };
    decays_.momentum = decays("momentum_decays", {.9, .99, .999});
    decays_.rms = decays("rms_decays", {.999}).clamp(0, 1);
    decays_.factored = decays("adafactor_decays", {.9, .99, .999}).clamp(0, 1);
  }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    for (size_t i = 0; i < parameters.size(); ++i) {
      const at::Tensor& gradient = inputs.gradients[i];
      const Accumulated accumulated = accumulators_[i].Update(states(), decays_, gradient);
      const at::Tensor g = gradient.reshape(accumulated.rms.sizes());
      const at::Tensor p = parameters[i].reshape(g.sizes());
      const at::Tensor outputs =
          network_.Outputs(AdafacFeatures(g, p, accumulated), inputs.iterations);
      const at::Tensor step = StepOf(outputs, config_.step_multiplier(), config_.exp_multiplier());
      parameters[i] = parameters[i] - step.reshape(parameters[i].sizes());
    }
  }

  const v1::AdafacMlp config_;
  ThetaLayout layout_;
  ReferenceNetwork network_;
  AccumulatorDecays decays_;
  std::vector<TensorAccumulators> accumulators_;
};

}  // namespace

std::unique_ptr<ReferenceOptimizer> MakeReferenceAdafacMlp(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceAdafacMlp>(setup);
}

}  // namespace paceline
