// Rules whose second moments belong to rows and columns, or to each axis.
#include <algorithm>

#include "common/baseline/rule_flops.h"
#include "common/lopt/flop_counts.h"

namespace paceline {
namespace {

// u, from a tensor whose second moments are factored over its two longest axes: of an element the
// two sums of squares, the column's root, its product with the row's and the quotient; of a row its
// mean, average and share with its root; of a column its mean and average.
double FactoredFlops(const FlopSides& sides, double count) {
  constexpr double kElement = 2 + 2 + 2 + kQuotientFlops;
  constexpr double kRow = 2 + kAverageFlops + 1 + kQuotientFlops + 1;
  constexpr double kColumn = 2 + kAverageFlops;
  const double layers = count / (sides.larger * sides.smaller);
  return kElement * count + layers * (kRow * sides.smaller + kColumn * sides.larger);
}

// u, from an element's own second moment.
double UnfactoredFlops() { return 2 + kAverageFlops + 1 + kQuotientFlops; }

double AdafactorDirection(const ParameterTensor& tensor, double least) {
  const auto count = static_cast<double>(tensor.size);
  if (tensor.shape.size() < 2 || tensor.size == 0) return UnfactoredFlops() * count;
  const FlopSides sides = SidesOf(tensor.shape);
  if (sides.smaller < least) return UnfactoredFlops() * count;
  return FactoredFlops(sides, count);
}

}  // namespace

double AdafactorFlops(const KnobValues& value, const std::vector<ParameterTensor>& tensors) {
  const double norms =
      (value.Has("threshold") ? kNormFlops : 0) + (value.Has("parameter_scale") ? kNormFlops : 0);
  const double momentum = value.Has("momentum") ? kAverageFlops : 0;
  double flops = (norms + 1 + momentum + DecayFlops(value) + 1) * ElementsOf(tensors);
  for (const ParameterTensor& tensor : tensors) {
    flops += AdafactorDirection(tensor, value("least_factored"));
  }
  return flops;
}

double Sm3Flops(const KnobValues& value, const std::vector<ParameterTensor>& tensors) {
  const double second = value("beta2") == 1 ? 2 : 4;
  const double root = 1 + (value.Has("epsilon") ? 1 : 0) + 1 + kQuotientFlops;
  const double momentum = value.Has("momentum") ? kAverageFlops : 0;
  double flops = (second + root + momentum + kStepFlops) * ElementsOf(tensors);
  // The least of the accumulators, and the largest v of a row and of a column.
  for (const ParameterTensor& tensor : tensors) {
    if (tensor.shape.size() >= 2) flops += 3 * static_cast<double>(tensor.size);
  }
  return flops;
}

}  // namespace paceline
