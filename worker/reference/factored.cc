#include "worker/reference/factored.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <numeric>

namespace paceline {
namespace {

// Keeps q > 0 where the gradient is exactly zero.
constexpr double kSquareOffset = 1e-30;
constexpr double kSafe = 1e-9;

at::Tensor SafeRsqrt(const at::Tensor& x) { return x.clamp_min(kSafe).rsqrt(); }

// Spread over all of `like`'s elements: [run, decay, element].
at::Tensor Spread(const at::Tensor& x, at::IntArrayRef shape) {
  return x.expand(shape).reshape({shape[0], shape[1], -1});
}

}  // namespace

FactoredAxes AxesToFactor(const std::vector<int64_t>& shape) {
  std::vector<size_t> axes(shape.size());
  std::iota(axes.begin(), axes.end(), size_t{0});
  std::stable_sort(axes.begin(), axes.end(),
                   [&](size_t a, size_t b) { return shape[a] < shape[b]; });
  return {axes[axes.size() - 1], axes[axes.size() - 2]};
}

FactoredMoments UpdateFactored(const FactoredAxes& axes, const at::Tensor& decays,
                               const at::Tensor& g, const at::Tensor& m, at::Tensor& v_row,
                               at::Tensor& v_col) {
  // Behind the axes [run, decay].
  const int64_t largest = static_cast<int64_t>(axes.largest) + 2;
  const int64_t second = static_cast<int64_t>(axes.second) + 2;
  std::vector<int64_t> shape = g.sizes().vec();
  shape.insert(shape.begin() + 1, decays.size(1));
  std::vector<int64_t> beside(shape.size(), 1);
  beside[0] = decays.size(0), beside[1] = shape[1];
  const at::Tensor decay = decays.view(beside), rest = 1 - decay;

  const at::Tensor gradient = g.unsqueeze(1);
  const at::Tensor q = gradient.square() + kSquareOffset;
  v_row = decay * v_row + rest * q.mean(largest, /*keepdim=*/true);
  v_col = decay * v_col + rest * q.mean(second, /*keepdim=*/true);
  const at::Tensor r = SafeRsqrt(v_row / (v_row.mean(second, /*keepdim=*/true) + kSafe));
  const at::Tensor factor = r * SafeRsqrt(v_col);
  return {(gradient * factor).reshape(m.sizes()), Spread(v_row, shape), Spread(v_col, shape),
          m * factor.reshape(m.sizes())};
}

FactoredMoments UpdateDiagonal(const at::Tensor& decays, const at::Tensor& g, const at::Tensor& m,
                               at::Tensor& v, double momentum_epsilon) {
  const at::Tensor gradient = g.reshape({m.size(0), 1, m.size(2)});
  v = decays * v + (1 - decays) * (gradient.square() + kSquareOffset);
  return {gradient * SafeRsqrt(v + kSafe), v, v, m * (v + momentum_epsilon).rsqrt()};
}

}  // namespace paceline
