// Rules that take weights as matrices; all else moves by AdamW.
#include <algorithm>
#include <cmath>

#include "common/baseline/rule_flops.h"
#include "common/lopt/flop_counts.h"

namespace paceline {
namespace {

struct MatrixSides {
  double rows, columns;
  double largest;  // longer sides have no statistics

  double count() const { return rows * columns; }
  bool has_left() const { return rows <= largest; }
  bool has_right() const { return columns <= largest; }
  // of(n) of each side that has statistics.
  template <class Function>
  double OfSides(const Function& of) const {
    return (has_left() ? of(rows) : 0) + (has_right() ? of(columns) : 0);
  }
};

// Sum over the tensors: of_matrix(sides), or Adam's.
template <class Function>
double ByMatrices(const std::vector<ParameterTensor>& tensors, double largest, double adam,
                  const Function& of_matrix) {
  double flops = 0;
  for (const ParameterTensor& tensor : tensors) {
    const auto count = static_cast<double>(tensor.size);
    const double columns = IsRuleMatrix(tensor) ? static_cast<double>(tensor.shape.back()) : 0;
    const MatrixSides sides{columns > 0 ? count / columns : 0, columns, largest};
    const bool is_matrix = columns > 0 && (sides.has_left() || sides.has_right());
    flops += is_matrix ? of_matrix(sides) : adam * count;
  }
  return flops;
}

// [rows, columns] times what stands at each side that has statistics.
double ProductsFlops(const MatrixSides& sides) {
  return sides.OfSides([&](double n) { return 2 * n * sides.count(); });
}

// L and R: their products with G, and averages.
double StatisticsFlops(const MatrixSides& sides) {
  return ProductsFlops(sides) + sides.OfSides([](double n) { return kAverageFlops * n * n; });
}

// Reflections to a tridiagonal form, their product, and rotations of two rows each, 6·n operations:
// of QL about 0.8·n² (measured), fewer than two steps a row.
double EigenvectorsFlops(double n) { return (2 + 4.0 / 3 + 4.8) * n * n * n; }

// Eigenvectors, the root's factors on them, and their product.
double RootFlops(double n) { return EigenvectorsFlops(n) + n * n + 2 * n * n * n; }

// Z·L over its largest number, the eigenvalues' estimates, and as many reflections twice.
double BasisFlops(double n) { return (2 + 8.0 / 3) * n * n * n + 3 * n * n; }

}  // namespace

double ShampooFlops(const KnobValues& value, const std::vector<ParameterTensor>& tensors) {
  const double every = value("every");
  // Adam's direction and m̂; two norms; the step.
  const double element =
      AdamDirectionFlops(value) + 1 + 2 * kNormFlops + kStepFlops + DecayFlops(value);
  return ByMatrices(tensors, value("largest_side"), AdamElementFlops(value),
                    [&](const MatrixSides& sides) {
                      return element * sides.count() + StatisticsFlops(sides) +
                             ProductsFlops(sides) + sides.OfSides(RootFlops) / every;
                    });
}

double SoapFlops(const KnobValues& value, const std::vector<ParameterTensor>& tensors) {
  const double every = value("every");
  const double element = AdamElementFlops(value);
  // G and m into the bases, the direction out of them.
  return ByMatrices(tensors, value("largest_side"), element, [&](const MatrixSides& sides) {
    return element * sides.count() + StatisticsFlops(sides) + 3 * ProductsFlops(sides) +
           sides.OfSides(BasisFlops) / every;
  });
}

double MuonFlops(const KnobValues& value, const std::vector<ParameterTensor>& tensors) {
  constexpr double kIterations = 5;
  const double element = 4 + kStepFlops + DecayFlops(value);
  const double adam = AdamDirectionFlops(value) + kStepFlops;
  return ByMatrices(tensors, HUGE_VAL, adam, [&](const MatrixSides& sides) {
    const FlopSides by_length = {std::max(sides.rows, sides.columns),
                                 std::min(sides.rows, sides.columns)};
    return element * sides.count() + NewtonSchulzFlops(by_length, kIterations);
  });
}

}  // namespace paceline
