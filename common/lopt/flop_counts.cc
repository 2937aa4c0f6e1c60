#include "common/lopt/flop_counts.h"

#include <algorithm>

namespace paceline {

double ClipFlops(const v1::Clip& clip) {
  return clip.has_element() ? 2 : clip.has_global_norm() ? 6 : 0;
}

double ChosenOf(const std::vector<uint8_t>& rows) {
  return static_cast<double>(rows.size()) - static_cast<double>(std::ranges::count(rows, kNoRow));
}

AdafacColumns AdafacColumnsOf(const FeatureRows& rows) {
  const double all = ChosenOf(rows.own);
  const double sides = ChosenOf({rows.own.begin() + 13, rows.own.begin() + 25});
  return {all - sides, sides / 2, all};
}

double CurvatureFlops(const CurvatureNeeds& needs, const FeatureRows& rows, double width) {
  if (needs.none()) return 0;
  const double matrices = (needs.hessian ? 1 : 0) + (needs.gauss_newton ? 1 : 0);
  double flops = matrices * 7 / static_cast<double>(needs.every);
  for (const int group : {kHessianColumn, kGaussNewtonColumn}) {
    if (rows.Sees(group)) flops += kRsqrt + 4;
  }
  if (rows.Sees(kKroneckerColumn)) flops += 3;
  return flops + ChosenOf(rows.curvature) * (2 + 2 * width);
}

double CurvatureAccumulators(const CurvatureNeeds& needs) {
  return 2 * ((needs.hessian ? 1 : 0) + (needs.gauss_newton ? 1 : 0));
}

double LstmFlops(double inputs, double hidden) {
  return DenseFlops(inputs + hidden, 4 * hidden) + hidden * (3 * kSigmoid + 2 * kTanh + 5);
}

double ElementsOf(const std::vector<ParameterTensor>& tensors) {
  double count = 0;
  for (const ParameterTensor& tensor : tensors) count += static_cast<double>(tensor.size);
  return count;
}

FlopSides SidesOf(const std::vector<int64_t>& shape) {
  std::vector<int64_t> sorted = shape;
  std::ranges::sort(sorted);
  return {static_cast<double>(sorted[sorted.size() - 1]),
          static_cast<double>(sorted[sorted.size() - 2])};
}

double NewtonSchulzFlops(const FlopSides& sides, double steps) {
  const double n = sides.smaller, m = sides.larger;
  return 3 * n * m + steps * (4 * n * n * m + 2 * n * n * n + 3 * n * n + 2 * n * m);
}

double AdafacTensorFlops(const std::vector<int64_t>& shape, const NetworkFlops& network,
                         const AdafacColumns& columns, double step) {
  constexpr double kDecays = 3;
  double count = 1;
  for (const int64_t size : shape) count *= static_cast<double>(size);
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
