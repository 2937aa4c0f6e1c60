// Lion (Chen et al. 2023, algorithm 2) with c / (|c| + ε) for its sign.
#include <ATen/TensorOperators.h>

#include "common/lopt/sign_momentum/family.h"
#include "worker/reference/setup.h"

namespace paceline {
namespace {

class ReferenceSignMomentum : public ReferenceOptimizer {
 public:
  explicit ReferenceSignMomentum(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        layout_(LayoutOf(setup.config)),
        weight_decay_(setup.config.sign_momentum().weight_decay()) {
    for (const ParameterTensor& tensor : setup.tensors) {
      momenta_.push_back(states().Add(tensor.shape));
    }
  }

 private:
  void ApplyTheta(const at::Tensor& thetas) override {
    learning_rate_ = LeafOf(thetas, layout_, "log_lr").exp();
    beta1_ = 1 - LeafOf(thetas, layout_, "one_minus_beta1").exp();
    beta2_ = 1 - LeafOf(thetas, layout_, "one_minus_beta2").exp();
    epsilon_ = LeafOf(thetas, layout_, "log_epsilon").exp();
  }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    for (size_t i = 0; i < parameters.size(); ++i) {
      const at::Tensor& g = inputs.gradients[i];
      at::Tensor& m = states()[momenta_[i]];
      const at::Tensor beta1 = Beside(beta1_, g), beta2 = Beside(beta2_, g);
      const at::Tensor c = beta1 * m + (1 - beta1) * g;
      const at::Tensor sign = c / (c.abs() + Beside(epsilon_, g));
      m = beta2 * m + (1 - beta2) * g;
      parameters[i] =
          parameters[i] - Beside(learning_rate_, g) * (sign + weight_decay_ * parameters[i]);
    }
  }

  ThetaLayout layout_;
  const double weight_decay_;
  at::Tensor learning_rate_, beta1_, beta2_, epsilon_;  // [run]
  std::vector<RunStates::Slot> momenta_;
};

}  // namespace

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<SignMomentumFamily>(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceSignMomentum>(setup);
}

}  // namespace paceline
