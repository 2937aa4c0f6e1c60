// Celo2 (docs/reference/learned-optimizers.md §10): a small network's direction for every
// matrix, orthogonalised by Newton–Schulz iterations and scaled to a root mean square; AdamW for
// tensors of rank < 2 and embeddings.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include "common/lopt/celo2/family.h"
#include "worker/reference/accumulators.h"
#include "worker/reference/per_parameter.h"
#include "worker/reference/setup.h"

namespace paceline {
namespace {

constexpr int kGroups = 14;

// x [run, rows, columns]
at::Tensor Orthogonalized(at::Tensor x, uint32_t steps) {
  const bool turned = x.size(1) > x.size(2);
  if (turned) x = x.transpose(1, 2);
  x = x / (x.square().sum({1, 2}, /*keepdim=*/true).sqrt() + 1e-7);
  for (uint32_t i = 0; i < steps; ++i) {
    const at::Tensor a = at::matmul(x, x.transpose(1, 2));
    const at::Tensor b = -4.7750 * a + 2.0315 * at::matmul(a, a);
    x = 3.4445 * x + at::matmul(b, x);
  }
  return turned ? x.transpose(1, 2) : x;
}

class ReferenceCelo2 : public ReferenceOptimizer {
 public:
  explicit ReferenceCelo2(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        config_(setup.config.celo2()),
        layout_(LayoutOf(setup.config)) {
    decays_.momentum = at::tensor({.9, .99, .999}, setup.options).view({1, 3, 1});
    decays_.rms = at::tensor({.95}, setup.options).view({1, 1, 1});
    decays_.factored = decays_.momentum;
    for (const ParameterTensor& tensor : setup.tensors) tensors_.push_back(NewTensor(tensor));
  }

 private:
  // Of its matrices, or of AdamW.
  struct TensorState {
    std::vector<TensorAccumulators> matrices;
    std::vector<int64_t> matrix;  // rows, columns
    RunStates::Slot first = 0, second = 0;
  };

  TensorState NewTensor(const ParameterTensor& tensor) {
    TensorState state;
    if (tensor.shape.size() < 2 || tensor.kind == TensorKind::kEmbedding) {
      state.first = states().Add(tensor.shape);
      state.second = states().Add(tensor.shape);
      return state;
    }
    ParameterTensor matrix = tensor;
    matrix.shape.assign(tensor.shape.end() - 2, tensor.shape.end());
    state.matrix = matrix.shape;
    matrix.size = static_cast<size_t>(matrix.shape[0] * matrix.shape[1]);
    for (size_t i = 0; i < tensor.size / matrix.size; ++i) {
      state.matrices.emplace_back(matrix, states());
    }
    return state;
  }

  void ApplyTheta(const at::Tensor& thetas) override { thetas_ = thetas; }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    const std::vector<at::Tensor> gradients = Clipped(config_.clip(), inputs.gradients);
    for (size_t i = 0; i < parameters.size(); ++i) {
      parameters[i] = tensors_[i].matrices.empty()
                          ? ByAdam(tensors_[i], gradients[i], parameters[i], inputs.iterations + 1)
                          : ByNetwork(tensors_[i], gradients[i], parameters[i]);
    }
  }

  at::Tensor ByAdam(const TensorState& state, const at::Tensor& g, const at::Tensor& p,
                    const at::Tensor& updates) {
    at::Tensor &m = states()[state.first], &v = states()[state.second];
    m = config_.beta1() * m + (1 - config_.beta1()) * g;
    v = config_.beta2() * v + (1 - config_.beta2()) * g.square();
    const at::Tensor m_hat = m / Beside(1 - at::pow(config_.beta1(), updates), g);
    const at::Tensor v_hat = v / Beside(1 - at::pow(config_.beta2(), updates), g);
    const double rate = config_.learning_rate() * config_.adam_multiplier();
    return p - rate * config_.weight_decay() * p -
           rate * m_hat / (v_hat.sqrt() + config_.epsilon());
  }

  // Matrix by matrix of the last two axes.
  at::Tensor ByNetwork(const TensorState& state, const at::Tensor& gradient,
                       const at::Tensor& parameter) {
    const int64_t runs = gradient.size(0), rows = state.matrix[0], columns = state.matrix[1];
    const at::Tensor gs = gradient.reshape({runs, -1, rows, columns});
    const at::Tensor ps = parameter.reshape(gs.sizes());
    std::vector<at::Tensor> moved;
    for (size_t i = 0; i < state.matrices.size(); ++i) {
      const auto matrix = static_cast<int64_t>(i);
      const at::Tensor g = gs.select(1, matrix), p = ps.select(1, matrix);
      at::Tensor step = Direction(state.matrices[i], g, p).reshape(g.sizes());
      if (config_.newton_schulz_steps() > 0) {
        step = Orthogonalized(step, config_.newton_schulz_steps());
      }
      const at::Tensor rms = step.square().mean({1, 2}, /*keepdim=*/true).sqrt();
      const double rate = config_.learning_rate();
      moved.push_back(p - rate * config_.weight_decay() * p - rate * step / (rms + 1e-9));
    }
    return at::stack(moved, 1).reshape(parameter.sizes());
  }

  // The network's first output for one matrix, [run, element].
  at::Tensor Direction(const TensorAccumulators& accumulators, const at::Tensor& gradient,
                       const at::Tensor& parameter) {
    const Accumulated a = accumulators.Update(states(), decays_, gradient);
    const at::Tensor g = gradient.reshape(a.rms.sizes()), p = parameter.reshape(a.rms.sizes());
    const at::Tensor scale = (a.rms + 1e-8).rsqrt();
    const at::Tensor &row = a.factored.row, &col = a.factored.col;
    const std::vector<at::Tensor> groups = {g,
                                            g.clamp(-.1, .1),
                                            p,
                                            a.momenta,
                                            a.rms,
                                            a.momenta * scale,
                                            scale,
                                            a.factored.gradient,
                                            g * scale,
                                            row,
                                            col,
                                            (row + 1e-8).rsqrt(),
                                            (col + 1e-8).rsqrt(),
                                            a.factored.momentum};
    at::Tensor x = Leaf("nn/~/b0").unsqueeze(2);
    for (int i = 0; i < kGroups; ++i) {
      const at::Tensor& group = groups[i];
      const at::Tensor normalized =
          group * (group.square().mean(2, /*keepdim=*/true) + 1e-9).rsqrt();
      x = x + at::matmul(Leaf("nn/~/w0__" + std::to_string(i)).transpose(1, 2), normalized);
    }
    for (uint32_t i = 1; i <= config_.layers(); ++i) {
      const std::string layer = std::to_string(i);
      x = at::matmul(Leaf("nn/~/w" + layer).transpose(1, 2), x.relu()) +
          Leaf("nn/~/b" + layer).unsqueeze(2);
    }
    return x.select(1, 0);
  }

  at::Tensor Leaf(const std::string& path) const { return LeafOf(thetas_, layout_, path); }

  const v1::Celo2 config_;
  ThetaLayout layout_;
  at::Tensor thetas_;
  AccumulatorDecays decays_;
  std::vector<TensorState> tensors_;
};

}  // namespace

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<Celo2Family>(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceCelo2>(setup);
}

}  // namespace paceline
