// Features from curvature, for any per-parameter network: what of them is wanted, and where their
// accumulators lie. They are inputs of the first layer behind the family's own.
#pragma once

#include <cstddef>
#include <cstdint>

namespace paceline {

inline constexpr uint32_t kCurvatureGroup = 3;  // columns of one group
inline constexpr uint32_t kMaxCurvatureInputs = 9;

// Plain data. State of a tensor, behind the family's own: averages of the Hessian's diagonal and of
// its square [2, padded] if `hessian`; the same of the Gauss–Newton matrix's if `gauss_newton`.
struct CurvaturePlan {
  // Inputs, three for each group that the network sees: in this order.
  uint32_t inputs = 0;
  bool hessian = false;
  bool gauss_newton_group = false;
  bool kronecker = false;

  bool gauss_newton = false;  // either of the two wants its averages
  float decay = 0;
  size_t counts = 0;  // in the state: probes seen of both matrices [2]
  // Scratch, room for any one tensor.
  uint32_t values = 0;        // [inputs, padded]
  uint32_t totals = 0;        // [kMaxCurvatureInputs] Σ value²
  uint32_t staged = 0;        // [padded], for tensors that are not in place
  uint32_t row_means = 0;     // [batch, row]
  uint32_t column_means = 0;  // [batch, padded column]
  uint32_t row_partials = 0;  // [batch, row, 16]
  uint32_t mean = 0;          // [1]
  uint32_t sums = 0;          // as SumElements wants it, shared with others
};

}  // namespace paceline
