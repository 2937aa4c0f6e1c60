// NNAdam (docs/reference/learned-optimizers.md §6).
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <cmath>

#include "common/lopt/nn_adam/family.h"
#include "worker/reference/recurrent.h"
#include "worker/reference/setup.h"

namespace paceline {
namespace {

constexpr char kLstm[] = "rnn_params/rnn/linear";
constexpr char kControls[] = "rnn_to_controls_params/rnn_to_controls";

at::Tensor Magnitude(const at::Tensor& x) { return 0.5 * ClippedLog(x); }

class ReferenceNnAdam : public ReferenceOptimizer {
 public:
  explicit ReferenceNnAdam(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        config_(setup.config.nn_adam()),
        layout_(LayoutOf(setup.config)),
        lstm_(layout_, kLstm, static_cast<int64_t>(setup.tensors.size()), states()),
        controls_(states().Add({static_cast<int64_t>(setup.tensors.size()), 4})) {
    for (const ParameterTensor& tensor : setup.tensors) {
      ranks_.push_back(static_cast<int>(tensor.shape.size()));
      first_.push_back(states().Add({static_cast<int64_t>(tensor.size)}));
      second_.push_back(states().Add({static_cast<int64_t>(tensor.size)}));
    }
  }

 private:
  void ApplyTheta(const at::Tensor& thetas) override {
    thetas_ = thetas;
    lstm_.SetTheta(thetas, states());
    const auto leaf = [&](const char* path) { return LeafOf(thetas, layout_, path); };
    initial_ = at::stack({leaf("per_layer_lr"), leaf("per_layer_beta1"), leaf("per_layer_beta2"),
                          leaf("per_layer_epsilon")},
                         1)
                   .unsqueeze(1);
    states().SetInitial(controls_, initial_);
  }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    std::vector<at::Tensor> rows;
    for (size_t i = 0; i < parameters.size(); ++i) {
      rows.push_back(UpdateTensor(i, inputs.gradients[i], parameters[i]));
    }
    const ReferenceLstm::State lstm = lstm_.Run(states(), at::stack(rows, 1));
    lstm_.Keep(states(), lstm);
    at::Tensor& controls = states()[controls_];
    controls =
        controls + config_.output_scale() * LinearOf(thetas_, layout_, kControls, lstm.hidden);
    controls = controls - config_.decay_strength() * (controls - initial_);
    const at::Tensor low =
        at::tensor({.1 * std::log(1e-8), -1., -1., .1 * std::log(1e-11)}, controls.options());
    const at::Tensor high =
        at::tensor({.1 * std::log(1e3), 0., 0., .1 * std::log(1e4)}, controls.options());
    controls = at::minimum(at::maximum(controls, low), high);
  }

  // Moves the tensor; what its LSTM sees, [run, 19].
  at::Tensor UpdateTensor(size_t i, const at::Tensor& gradient, at::Tensor& parameter) {
    const at::Tensor scaled = states()[controls_].select(1, static_cast<int64_t>(i));
    const auto control = [&](int64_t k) { return scaled.narrow(1, k, 1); };
    const at::Tensor rate = (10 * control(0)).exp().clamp(1e-8, 1e3);
    const at::Tensor rest1 = (10 * control(1)).clamp(-10, 0).exp();
    const at::Tensor rest2 = (10 * control(2)).clamp(-10, 0).exp();
    const at::Tensor epsilon = (10 * control(3)).exp().clamp(1e-11, 1e4);
    at::Tensor &m = states()[first_[i]], &v = states()[second_[i]];
    const at::Tensor g = gradient.reshape(m.sizes()).clamp(-1000, 1000);
    const at::Tensor p = parameter.reshape(m.sizes());
    m = (1 - rest1) * m + rest1 * g;
    v = (1 - rest2) * v + rest2 * g.square();
    const at::Tensor step = rate * (1 + epsilon) / (epsilon + (v + 1e-10).sqrt()) * m;
    parameter = (p - step).reshape(parameter.sizes());
    return Features(scaled, ranks_[i], g, m, p, v);
  }

  static at::Tensor Features(const at::Tensor& scaled, int rank, const at::Tensor& g,
                             const at::Tensor& m, const at::Tensor& p, const at::Tensor& v) {
    const at::Tensor own = scaled.clamp(-5, 5) * 0.2;
    const auto mean = [](const at::Tensor& x) { return x.mean(1, /*keepdim=*/true); };
    const auto flag = [&](bool on) {
      return at::full({scaled.size(0), 1}, on ? 1.0 : -1.0, scaled.options());
    };
    std::vector<at::Tensor> columns = {own.narrow(1, 1, 3), flag(rank == 1), flag(rank == 0),
                                       own.narrow(1, 0, 1)};
    const auto add_mean = [&](const at::Tensor& x) {
      columns.push_back(Magnitude(mean(x)));
      columns.push_back(mean(x).sign());
    };
    add_mean(g);
    columns.push_back(Magnitude(mean(g.abs())));
    for (const at::Tensor& x : {m, p, v}) add_mean(x);
    for (const at::Tensor& x : {g, m, p, v}) columns.push_back(Magnitude(SpreadOf(x)));
    return at::cat(columns, 1);
  }

  const v1::NnAdam config_;
  const ThetaLayout layout_;
  ReferenceLstm lstm_;
  RunStates::Slot controls_;  // [run, tensor, 4]: tenths of ln lr, ln(1−β1), ln(1−β2), ln ε
  std::vector<int> ranks_;
  std::vector<RunStates::Slot> first_, second_;  // [run, element]
  at::Tensor thetas_;
  at::Tensor initial_;  // [run, 1, 4]
};

}  // namespace

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<NnAdamFamily>(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceNnAdam>(setup);
}

}  // namespace paceline
