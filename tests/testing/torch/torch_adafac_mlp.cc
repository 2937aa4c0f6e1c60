// AdafacMLPLOpt (reference/learned-optimizers.md §2.3).
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include <array>

#include "tests/testing/torch/torch_factored.h"
#include "tests/testing/torch/torch_network.h"
#include "tests/testing/torch/torch_optim_kinds.h"

namespace paceline {
namespace {

constexpr int64_t kMomenta = 3;
constexpr int64_t kFactored = 3;
constexpr int64_t kColumns = 28;

std::vector<NetworkLeaves> Layers(const v1::AdafacMlp& config) {
  std::vector<NetworkLeaves> layers;
  for (uint32_t i = 0; i <= config.layers(); ++i) {
    layers.push_back({"nn/~/w" + std::to_string(i), "nn/~/b" + std::to_string(i)});
  }
  return layers;
}

// 1 − exp(10·(ln(1 − d₀)/10 + δ)) with δ [run, decay]: [run, decay, 1].
at::Tensor EffectiveDecays(const at::Tensor& offsets, at::ArrayRef<double> initial) {
  const at::Tensor base = (1 - at::tensor(initial, offsets.options())).log_() / 10;
  return (1 - ((base + offsets) * 10).exp_()).unsqueeze(2);
}

// The accumulators of one tensor.
struct TensorState {
  at::Tensor momenta;       // [run, 3, element]
  at::Tensor rms;           // [run, 1, element]
  FactoredAxes axes{0, 0};  // rank ≥ 2
  at::Tensor v_row, v_col;  // rank ≥ 2: [run, 3, shape...], one axis each of size 1
  at::Tensor v;             // rank < 2: [run, 3, element]
};

class TorchAdafacMlp : public TorchOptim {
 public:
  explicit TorchAdafacMlp(const TorchOptimSetup& setup)
      : TorchOptim(setup.options),
        layout_(LayoutOf(setup.config)),
        network_(layout_, Layers(setup.config.adafac_mlp()), kColumns,
                 setup.config.adafac_mlp().step_multiplier(),
                 setup.config.adafac_mlp().exp_multiplier()) {
    for (const ParameterTensor& tensor : setup.tensors) {
      states_.push_back(NewTensorState(setup.runs, tensor));
    }
  }

 private:
  TensorState NewTensorState(int64_t runs, const ParameterTensor& tensor) {
    const int64_t size = static_cast<int64_t>(tensor.size);
    TensorState state;
    state.momenta = NewState({runs, kMomenta, size});
    state.rms = NewState({runs, 1, size});
    if (tensor.shape.size() < 2) {
      state.v = NewState({runs, kFactored, size});
      return state;
    }
    state.axes = AxesToFactor(tensor.shape);
    std::vector<int64_t> row = tensor.shape, col = tensor.shape;
    row[state.axes.largest] = 1;
    col[state.axes.second] = 1;
    row.insert(row.begin(), {runs, kFactored});
    col.insert(col.begin(), {runs, kFactored});
    state.v_row = NewState(row);
    state.v_col = NewState(col);
    return state;
  }

  void ApplyTheta(const at::Tensor& thetas) override {
    network_.SetTheta(thetas);
    momentum_ = EffectiveDecays(LeafOf(thetas, layout_, "momentum_decays"), {.9, .99, .999});
    rms_ = EffectiveDecays(LeafOf(thetas, layout_, "rms_decays"), {.999}).clamp_(0, 1);
    factored_ =
        EffectiveDecays(LeafOf(thetas, layout_, "adafactor_decays"), {.9, .99, .999}).clamp_(0, 1);
  }

  void ApplyUpdate(const at::Tensor& iterations, const std::vector<at::Tensor>& gradients,
                   const std::vector<at::Tensor>& parameters) override {
    network_.SetIterations(iterations);
    for (size_t i = 0; i < parameters.size(); ++i) {
      const at::Tensor p = parameters[i].view(states_[i].rms.sizes());
      p.sub_(network_.Step(Features(states_[i], gradients[i], p)).unsqueeze(1));
    }
  }

  // [run, column, element], from the new accumulators and the old parameters p [run, 1, element].
  at::Tensor Features(const TensorState& state, const at::Tensor& gradient,
                      const at::Tensor& p) const {
    const at::Tensor g = gradient.reshape(p.sizes());
    const at::Tensor &m = state.momenta, &rms = state.rms;
    m.mul_(momentum_).addcmul_(1 - momentum_, g);
    rms.mul_(rms_).addcmul_(1 - rms_, g.square());
    const at::Tensor inverse_rms = (rms + 1e-6).rsqrt_();
    const FactoredMoments factored =
        state.v.defined()
            ? UpdateDiagonal(factored_, gradient, m, state.v)
            : UpdateFactored(state.axes, factored_, gradient, m, state.v_row, state.v_col);
    return at::cat(
        {g, p, m, rms, m * inverse_rms, inverse_rms, factored.gradient, factored.row, factored.col,
         (factored.row + 1e-8).rsqrt_(), (factored.col + 1e-8).rsqrt_(), factored.momentum},
        1);
  }

  ThetaLayout layout_;
  TorchNetwork network_;
  at::Tensor momentum_, rms_, factored_;  // decays, [run, decay, 1]
  std::vector<TensorState> states_;
};

}  // namespace

std::unique_ptr<TorchOptim> MakeTorchAdafacMlp(const TorchOptimSetup& setup) {
  return std::make_unique<TorchAdafacMlp>(setup);
}

}  // namespace paceline
