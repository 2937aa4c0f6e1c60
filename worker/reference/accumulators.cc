#include "worker/reference/accumulators.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>

#include <vector>

namespace paceline {
namespace {

constexpr int64_t kMomenta = 3;
constexpr int64_t kFactored = 3;

// The tensor's shape with one axis of size 1, behind an axis of decays.
std::vector<int64_t> Without(const ParameterTensor& tensor, size_t axis) {
  std::vector<int64_t> shape = tensor.shape;
  shape[axis] = 1;
  shape.insert(shape.begin(), kFactored);
  return shape;
}

}  // namespace

TensorAccumulators::TensorAccumulators(const ParameterTensor& tensor, RunStates& states)
    : factors_(tensor.shape.size() >= 2) {
  const auto size = static_cast<int64_t>(tensor.size);
  momenta_ = states.Add({kMomenta, size});
  rms_ = states.Add({1, size});
  if (!factors_) {
    v_ = states.Add({kFactored, size});
    return;
  }
  axes_ = AxesToFactor(tensor.shape);
  v_row_ = states.Add(Without(tensor, axes_.largest));
  v_col_ = states.Add(Without(tensor, axes_.second));
}

Accumulated TensorAccumulators::Update(RunStates& states, const AccumulatorDecays& decays,
                                       const at::Tensor& gradient, double momentum_epsilon) const {
  at::Tensor &m = states[momenta_], &rms = states[rms_];
  const at::Tensor g = gradient.reshape(rms.sizes());
  m = decays.momentum * m + (1 - decays.momentum) * g;
  rms = decays.rms * rms + (1 - decays.rms) * g.square();
  const FactoredMoments factored =
      factors_ ? UpdateFactored(axes_, decays.factored, gradient, m, states[v_row_], states[v_col_])
               : UpdateDiagonal(decays.factored, gradient, m, states[v_], momentum_epsilon);
  return {m, rms, factored};
}

at::Tensor AdafacFeatures(const at::Tensor& g, const at::Tensor& p, const Accumulated& a) {
  const at::Tensor inverse_rms = (a.rms + 1e-6).rsqrt();
  return at::cat({g, p, a.momenta, a.rms, a.momenta * inverse_rms, inverse_rms, a.factored.gradient,
                  a.factored.row, a.factored.col, (a.factored.row + 1e-8).rsqrt(),
                  (a.factored.col + 1e-8).rsqrt(), a.factored.momentum},
                 1);
}

}  // namespace paceline
