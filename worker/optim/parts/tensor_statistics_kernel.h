// What optimizers with an LSTM for each tensor say of a tensor: means and variances over its
// elements, and how those become features.
#pragma once

#include "common/lane/math.h"
#include "worker/optim/parts/element_sums.h"
#include "worker/optim/parts/matrix_kernel.h"

namespace paceline {

// Of a flat tensor's own values from `at` on; 0 behind its end.
template <class V>
PACELINE_LANE V LoadElements(const float* values, uint32_t at, uint32_t size) {
  return LoadPart<V>(values + at, at < size ? size - at : 0);
}
template <class V>
PACELINE_LANE void StoreElements(V x, float* values, uint32_t at, uint32_t size) {
  StorePart(x, values + at, at < size ? size - at : 0);
}

// Beyond ±limit: that. NaN stays NaN.
template <class V>
PACELINE_LANE V ClipTo(V limit, V x) {
  return Max(-limit, Min(limit, x));
}

template <class V>
PACELINE_LANE void AddSquareOf(V difference, V mask, V& sum) {
  const V masked = difference * mask;
  sum = Fma(masked, masked, sum);
}

// clip(ln(1e-8 + |x|), ±5)
PACELINE_LANE float ClippedLog(float x) {
  using lane::Scalar;
  return ClipTo(Scalar::Set(5.0f), Log(Scalar::Set(1e-8f) + Abs(Scalar::Set(x)))).raw;
}
PACELINE_LANE float SignOf(float x) { return x > 0 ? 1.0f : x < 0 ? -1.0f : x; }

}  // namespace paceline
