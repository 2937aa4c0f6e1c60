#include "worker/reference/adafac_family.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

namespace paceline {
namespace {

// 1 − exp(10·(ln(1 − d₀)/10 + δ)) with δ [run, decay]: [run, decay, 1].
at::Tensor EffectiveDecays(const at::Tensor& offsets, at::ArrayRef<double> initial) {
  const at::Tensor base = (1 - at::tensor(initial, offsets.options())).log() / 10;
  return (1 - ((base + offsets) * 10).exp()).unsqueeze(2);
}

}  // namespace

ReferenceAdafacFamily::ReferenceAdafacFamily(const ReferenceSetup& setup,
                                             const PerParameterSettings& settings,
                                             AdafacDecayValues initial_decays)
    : ReferenceOptimizer(setup.runs, setup.options),
      settings_(settings),
      layout_(LayoutOf(setup.config)),
      network_(layout_, LayersOf(settings.layers, {"nn/~/w", "nn/~/b"}, "", ""),
               settings.rows.time != kNoRow),
      initial_decays_(std::move(initial_decays)),
      curvature_(settings.rows, settings.curvature_decay, setup.tensors, states()) {
  for (const ParameterTensor& tensor : setup.tensors) {
    accumulators_.emplace_back(tensor, states());
  }
}

void ReferenceAdafacFamily::ApplyTheta(const at::Tensor& thetas) {
  network_.SetTheta(thetas);
  const auto decays = [&](const char* leaf, at::ArrayRef<double> initial) {
    return EffectiveDecays(LeafOf(thetas, layout_, leaf), initial);
  };
  decays_.momentum = decays("momentum_decays", initial_decays_.momentum);
  decays_.rms = decays("rms_decays", initial_decays_.rms).clamp(0, 1);
  decays_.factored = decays("adafactor_decays", initial_decays_.factored).clamp(0, 1);
}

void ReferenceAdafacFamily::ApplyUpdate(const UpdateInputs& inputs,
                                        std::vector<at::Tensor>& parameters) {
  const std::vector<at::Tensor> gradients = Clipped(settings_.clip, inputs.gradients);
  curvature_.Count(states(), inputs);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Accumulated accumulated = accumulators_[i].Update(states(), decays_, gradients[i]);
    const at::Tensor g = gradients[i].reshape(accumulated.rms.sizes());
    const at::Tensor p = parameters[i].reshape(g.sizes());
    const at::Tensor extra =
        curvature_.Columns(states(), inputs, i, accumulated.momenta.narrow(1, 0, 1));
    const at::Tensor features =
        ChosenColumns(AdafacFeatures(g, p, accumulated), settings_.rows.own, extra);
    const TensorUpdate update{i, g, p, accumulated, network_.Outputs(features, inputs.iterations)};
    parameters[i] = Move(update).reshape(parameters[i].sizes());
  }
}

}  // namespace paceline
