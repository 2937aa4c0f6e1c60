// Factored second moments on R runs (docs/reference/learned-optimizers.md §1).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace paceline {

// The two axes that a tensor of rank ≥ 2 is factored over. Axes are sorted by size, stably: of
// equal sizes the later one counts as the larger.
struct FactoredAxes {
  size_t largest, second;
};
FactoredAxes AxesToFactor(const std::vector<int64_t>& shape);

// What the features need of one update, each [run, decay, element].
struct FactoredMoments {
  at::Tensor gradient;  // g·r·c; below rank 2 g·safe(v + 1e-9)
  at::Tensor row, col;  // v_row and v_col spread over the tensor; below rank 2 both are v
  at::Tensor momentum;  // m·r·c; below rank 2 m·(v + momentum_epsilon)^(−1/2)
};

// v ← d̃·v + (1−d̃)·(g² + 1e-30), with d̃ = decays [run, decay, 1] already clipped to [0, 1].
// Rank ≥ 2: g [run, shape...], m [run, decay, element]; v_row and v_col, replaced, are
// [run, decay, shape...] of size 1 along axes.largest and axes.second.
FactoredMoments UpdateFactored(const FactoredAxes& axes, const at::Tensor& decays,
                               const at::Tensor& g, const at::Tensor& m, at::Tensor& v_row,
                               at::Tensor& v_col);
// Rank < 2: g [run, element] or [run]; m and v, which is replaced, [run, decay, element].
FactoredMoments UpdateDiagonal(const at::Tensor& decays, const at::Tensor& g, const at::Tensor& m,
                               at::Tensor& v, double momentum_epsilon = 1e-6);

}  // namespace paceline
