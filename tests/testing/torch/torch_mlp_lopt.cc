// MLPLOpt (reference/learned-optimizers.md §2.2).
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include "tests/testing/torch/torch_network.h"
#include "tests/testing/torch/torch_optim_kinds.h"

namespace paceline {
namespace {

constexpr int64_t kDecays = 6;
constexpr int64_t kColumns = 2 + kDecays;  // gradient, parameter, momenta

std::vector<NetworkLeaves> Layers(const v1::MlpLopt& config) {
  std::vector<NetworkLeaves> layers;
  for (uint32_t i = 0; i <= config.layers(); ++i) {
    const std::string layer = "mlp/~/linear_" + std::to_string(i);
    layers.push_back({layer + "/w", layer + "/b"});
  }
  return layers;
}

class TorchMlpLopt : public TorchOptim {
 public:
  explicit TorchMlpLopt(const TorchOptimSetup& setup)
      : TorchOptim(setup.options),
        network_(LayoutOf(setup.config), Layers(setup.config.mlp_lopt()), kColumns,
                 setup.config.mlp_lopt().step_multiplier(),
                 setup.config.mlp_lopt().exp_multiplier()),
        decays_(at::tensor({.1, .5, .9, .99, .999, .9999}, setup.options).unsqueeze(1)) {
    for (const ParameterTensor& tensor : setup.tensors) {
      momenta_.push_back(NewState({setup.runs, kDecays, static_cast<int64_t>(tensor.size)}));
    }
  }

 private:
  void ApplyTheta(const at::Tensor& thetas) override { network_.SetTheta(thetas); }

  void ApplyUpdate(const at::Tensor& iterations, const std::vector<at::Tensor>& gradients,
                   const std::vector<at::Tensor>& parameters) override {
    network_.SetIterations(iterations);
    for (size_t i = 0; i < parameters.size(); ++i) {
      const at::Tensor& m = momenta_[i];
      const at::Tensor g = gradients[i].reshape({m.size(0), 1, m.size(2)});
      const at::Tensor p = parameters[i].view({m.size(0), 1, m.size(2)});
      m.mul_(decays_).addcmul_(1 - decays_, g);
      p.sub_(network_.Step(at::cat({g, p, m}, 1)).unsqueeze(1));
    }
  }

  TorchNetwork network_;
  at::Tensor decays_;                // [decay, 1]
  std::vector<at::Tensor> momenta_;  // [run, decay, element]
};

}  // namespace

std::unique_ptr<TorchOptim> MakeTorchMlpLopt(const TorchOptimSetup& setup) {
  return std::make_unique<TorchMlpLopt>(setup);
}

}  // namespace paceline
