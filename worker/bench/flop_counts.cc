#include "worker/bench/flop_counts.h"

#include <algorithm>

namespace paceline {

double AdafacTensorFlops(const TensorShape& shape, double element_inputs, double hidden,
                         double layers) {
  constexpr double kDecays = 3, kSideFeatures = 6;
  const auto count = static_cast<double>(ElementsOf(shape));
  // Momenta; g² and rms; (rms + 1e-6)^−½ and the momenta scaled by it.
  double each = 3 * kDecays + 4 + kRsqrt + 1 + kDecays;
  each += LaterLayers(hidden, layers) + kUpdate;
  if (shape.size() < 2) {
    // On a vector the factored features are of the element too: second moments by three decays,
    // their roots, and the factored gradient and momenta.
    each += 3 * kDecays + kDecays * (2 * kRsqrt + 4) + 2 * kDecays;
    const double features = element_inputs + 2 * kSideFeatures;
    return count * (each + 2 * features * hidden) + NormaliserFlops(features, count, hidden);
  }
  TensorShape sorted = shape;
  std::ranges::sort(sorted);
  const auto larger = static_cast<double>(sorted[sorted.size() - 1]);
  const auto smaller = static_cast<double>(sorted[sorted.size() - 2]);
  const double sides = count / (larger * smaller) * (larger + smaller);
  // Sums of g² over rows and columns; r·c, then g and the momenta times it.
  each += 2 + kDecays * 3;
  // The starts of row and column added to the first layer's sums.
  each += 2 * element_inputs * hidden + 2 * hidden;
  // The mean, and for every decay the moment, its root and its factor; then the first layer.
  const double side = 2 + kDecays * (3 + 2 * kRsqrt + 4) + 2 * kSideFeatures * hidden;
  return count * each + sides * side + NormaliserFlops(element_inputs, count, hidden) +
         NormaliserFlops(kSideFeatures, sides, hidden);
}

}  // namespace paceline
