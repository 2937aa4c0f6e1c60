#include "worker/bench/flop_counts.h"

#include <algorithm>

namespace paceline {

FlopSides SidesOf(const TensorShape& shape) {
  TensorShape sorted = shape;
  std::ranges::sort(sorted);
  return {static_cast<double>(sorted[sorted.size() - 1]),
          static_cast<double>(sorted[sorted.size() - 2])};
}

double AdafacTensorFlops(const TensorShape& shape, const NetworkFlops& network,
                         const AdafacColumns& columns, double step) {
  constexpr double kDecays = 3;
  const auto count = static_cast<double>(ElementsOf(shape));
  const double width = network.first();
  // Momenta; g² and rms; (rms + 1e-6)^−½ and the momenta scaled by it.
  double each = 3 * kDecays + 4 + kRsqrt + 1 + kDecays;
  each += network.later() + step;
  if (shape.size() < 2) {
    // Second moments by three decays, their roots, and the factored gradient and momenta.
    each += 3 * kDecays + kDecays * (2 * kRsqrt + 4) + 2 * kDecays;
    return count * (each + 2 * columns.vector * width) +
           NormaliserFlops(columns.vector, count, width);
  }
  const FlopSides axes = SidesOf(shape);
  const double sides = count / (axes.larger * axes.smaller) * (axes.larger + axes.smaller);
  // Sums of g² over rows and columns; r·c, then g and the momenta times it.
  each += 2 + kDecays * 3;
  // The starts of row and column added to the first layer's sums.
  each += 2 * columns.elements * width + 2 * width;
  // The mean, and for every decay the moment, its root and its factor; then the first layer.
  const double side = 2 + kDecays * (3 + 2 * kRsqrt + 4) + 2 * columns.sides * width;
  return count * each + sides * side + NormaliserFlops(columns.elements, count, width) +
         NormaliserFlops(columns.sides, sides, width);
}

}  // namespace paceline
