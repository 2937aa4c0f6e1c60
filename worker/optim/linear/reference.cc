// The linear per-parameter optimizer: step = step_multiplier·(bias + Σ weight·feature), with
// features m, v (averages of g and g²), 1/(√v + ε) and products of them.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/tensor.h>

#include "common/lopt/linear/family.h"
#include "worker/reference/per_parameter.h"
#include "worker/reference/setup.h"

namespace paceline {
namespace {

class ReferenceLinear : public ReferenceOptimizer {
 public:
  explicit ReferenceLinear(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        config_(setup.config.linear()),
        layout_(LayoutOf(setup.config)),
        momentum_decays_(at::tensor(MomentumDecaysOf(config_), setup.options).unsqueeze(1)),
        rms_decays_(at::tensor(RmsDecaysOf(config_), setup.options).unsqueeze(1)) {
    for (const ParameterTensor& tensor : setup.tensors) {
      const auto size = static_cast<int64_t>(tensor.size);
      momenta_.push_back(states().Add({momentum_decays_.size(0), size}));
      moments_.push_back(states().Add({rms_decays_.size(0), size}));
    }
  }

 private:
  void ApplyTheta(const at::Tensor& thetas) override { thetas_ = thetas; }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    const std::vector<at::Tensor> gradients = Clipped(config_.clip(), inputs.gradients);
    const at::Tensor updates = (inputs.iterations + 1).view({-1, 1, 1});
    for (size_t i = 0; i < parameters.size(); ++i) {
      at::Tensor &m = states()[momenta_[i]], &v = states()[moments_[i]];
      const at::Tensor g = gradients[i].reshape({m.size(0), 1, m.size(2)});
      const at::Tensor p = parameters[i].reshape(g.sizes());
      m = momentum_decays_ * m + (1 - momentum_decays_) * g;
      v = rms_decays_ * v + (1 - rms_decays_) * g.square();
      const at::Tensor step =
          Step(g, p, Corrected(m, momentum_decays_, updates), Corrected(v, rms_decays_, updates));
      parameters[i] = (p - Sized(config_.update_rms(), step)).reshape(parameters[i].sizes());
    }
  }

  at::Tensor Corrected(const at::Tensor& average, const at::Tensor& decays,
                       const at::Tensor& updates) const {
    return config_.bias_correction() ? average / (1 - at::pow(decays, updates)) : average;
  }

  // All are [run, column, element].
  at::Tensor Step(const at::Tensor& g, const at::Tensor& p, const at::Tensor& m,
                  const at::Tensor& v) const {
    const at::Tensor inverse = 1 / (v.sqrt() + config_.epsilon());
    const at::Tensor products =
        (m.unsqueeze(2) * inverse.unsqueeze(1)).reshape({m.size(0), -1, m.size(2)});
    at::Tensor sum = LeafOf(thetas_, layout_, "bias").unsqueeze(2);
    const auto add = [&](const char* leaf, int count, const at::Tensor& columns) {
      if (count == 0) return;
      const at::Tensor seen = config_.normalize() ? SecondMomentNormalized(columns) : columns;
      sum = sum + (LeafOf(thetas_, layout_, leaf).unsqueeze(2) * seen).sum(1, /*keepdim=*/true);
    };
    const LinearColumns columns = ColumnsOf(config_);
    add("gradient", columns.gradient, g);
    add("parameter", columns.parameter, p);
    add("momentum", columns.momentum, m);
    add("rms", columns.rms, v);
    add("inverse_rms", columns.inverse_rms, inverse);
    add("scaled_gradient", columns.scaled_gradient, g * inverse);
    add("scaled_momentum", columns.scaled_momentum, products);
    return (sum * config_.step_multiplier()).expand(g.sizes());
  }

  const v1::Linear config_;
  ThetaLayout layout_;
  at::Tensor thetas_;
  at::Tensor momentum_decays_, rms_decays_;         // [decay, 1]
  std::vector<RunStates::Slot> momenta_, moments_;  // [run, decay, element]
};

}  // namespace

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<LinearFamily>(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceLinear>(setup);
}

}  // namespace paceline
