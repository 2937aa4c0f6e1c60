#include "common/footprint/per_parameter.h"

#include <algorithm>

#include "common/lopt/curvature.h"
#include "common/lopt/features.h"

namespace paceline {
namespace {

// The two largest axes as common/lopt/plan/tensor_plan.h turns them, and the product of the others.
struct Matrix {
  size_t larger = 1, smaller = 1, batches = 1;

  size_t padded() const {
    return batches * std::min(smaller * PaddedTo16(larger), larger * PaddedTo16(smaller));
  }
};

Matrix MatrixOf(const TensorShape& shape) {
  TensorShape sorted = shape;
  std::ranges::sort(sorted);
  Matrix matrix;
  matrix.larger = static_cast<size_t>(sorted[sorted.size() - 1]);
  matrix.smaller = static_cast<size_t>(sorted[sorted.size() - 2]);
  const size_t area = matrix.larger * matrix.smaller;
  matrix.batches = area == 0 ? 0 : ElementsOf(shape) / area;
  return matrix;
}

size_t PaddedElements(const TensorShape& shape) {
  return shape.size() < 2 ? PaddedTo16(ElementsOf(shape)) : MatrixOf(shape).padded();
}

// AdamW below rank 2; else the matrices of the last two axes, one by one.
size_t Celo2State(const TensorShape& shape) {
  if (shape.size() < 2) return 2 * PaddedElements(shape);
  const TensorShape matrix(shape.end() - 2, shape.end());
  const size_t area = ElementsOf(matrix);
  return area == 0 ? 0 : ElementsOf(shape) / area * AdafacState(matrix);
}

bool SeesMeans(const v1::LearnedOptimizer& optimizer) {
  return optimizer.has_mlp_lopt() && RowsOf(optimizer.mlp_lopt()).Sees(kKroneckerColumn);
}

// Rows matter to mlp_lopt for one group of features alone.
size_t MlpLoptPadded(const v1::LearnedOptimizer& optimizer, const TensorShape& shape) {
  return SeesMeans(optimizer) ? PaddedElements(shape) : PaddedTo16(ElementsOf(shape));
}

size_t OwnState(const v1::LearnedOptimizer& optimizer, const TensorShape& shape) {
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kAdafacMlp:
    case v1::LearnedOptimizer::kMuAdafacMlp:
    case v1::LearnedOptimizer::kMlpNomLopt:
      return AdafacState(shape);
    case v1::LearnedOptimizer::kCelo2:
      return Celo2State(shape);
    case v1::LearnedOptimizer::kMlpLopt:
      return 6 * MlpLoptPadded(optimizer, shape);
    case v1::LearnedOptimizer::kLinear: {
      const v1::Linear& own = optimizer.linear();
      return (MomentumDecaysOf(own).size() + RmsDecaysOf(own).size()) *
             PaddedTo16(ElementsOf(shape));
    }
    default:
      return 0;
  }
}

size_t Matrices(const v1::LearnedOptimizer& optimizer) {
  const CurvatureNeeds needs = CurvatureOf(optimizer);
  return (needs.hessian ? 1 : 0) + (needs.gauss_newton ? 1 : 0);
}

// The clipped gradient of all tensors.
size_t ClipScratch(bool clips, const std::vector<TensorShape>& tensors) {
  size_t floats = 0;
  for (const TensorShape& shape : tensors) floats += clips ? ElementsOf(shape) : 0;
  return floats;
}

// That, and the step of a tensor whose size is given.
template <class Own>
size_t SharedScratch(const Own& own, const std::vector<TensorShape>& tensors, size_t largest) {
  return ClipScratch(own.has_clip(), tensors) + (own.has_update_rms() ? largest : 0);
}

// Of adafac_mlp's features and network on a matrix: staging, roots, the first layer's sums.
size_t AdafacScratch(uint32_t hidden, const TensorShape& shape) {
  size_t floats = 2 * PaddedElements(shape);
  if (shape.size() < 2) return floats;
  const Matrix matrix = MatrixOf(shape);
  return floats + matrix.batches * PaddedTo16(hidden) * (matrix.larger + matrix.smaller);
}

// Columns of features from curvature, and an estimate.
template <class Own>
size_t CurvatureColumns(const Own& own) {
  const FeatureRows rows = RowsOf(own);
  const auto inputs =
      static_cast<size_t>(kCurvatureColumns - std::ranges::count(rows.curvature, kNoRow));
  return inputs > 0 ? inputs + 1 : 0;
}

size_t MlpLoptScratch(const v1::LearnedOptimizer& optimizer,
                      const std::vector<TensorShape>& tensors) {
  const v1::MlpLopt& own = optimizer.mlp_lopt();
  size_t largest = 0;
  for (const TensorShape& shape : tensors) {
    largest = std::max(largest, MlpLoptPadded(optimizer, shape));
  }
  return (1 + CurvatureColumns(own)) * largest + SharedScratch(own, tensors, largest);
}

// outputs: of the network, kept for a whole tensor.
template <class Own>
size_t FeatureScratch(const Own& own, const std::vector<TensorShape>& tensors, size_t outputs) {
  size_t largest = 0, floats = 0;
  for (const TensorShape& shape : tensors) {
    largest = std::max(largest, PaddedElements(shape));
    floats = std::max(floats, AdafacScratch(own.hidden(), shape));
  }
  return floats + (outputs + CurvatureColumns(own)) * largest +
         SharedScratch(own, tensors, largest);
}

// With what Newton–Schulz iterations keep.
size_t Celo2Scratch(const v1::Celo2& own, const std::vector<TensorShape>& tensors) {
  size_t floats = 0;
  for (const TensorShape& shape : tensors) {
    if (shape.size() < 2) continue;
    const TensorShape last(shape.end() - 2, shape.end());
    const Matrix matrix = MatrixOf(last);
    const size_t n = matrix.smaller, m = matrix.larger;
    floats = std::max(floats, AdafacScratch(own.hidden(), last) + matrix.padded() +
                                  2 * n * PaddedTo16(m) + (m + 2 * n) * PaddedTo16(n));
  }
  return floats + ClipScratch(own.has_clip(), tensors);
}

}  // namespace

size_t AdafacState(const TensorShape& shape) {
  if (shape.size() < 2) return 7 * PaddedElements(shape);
  const Matrix matrix = MatrixOf(shape);
  return 4 * matrix.padded() +
         3 * matrix.batches * (PaddedTo16(matrix.larger) + PaddedTo16(matrix.smaller));
}

size_t PerParameterState(const v1::LearnedOptimizer& optimizer, const TensorShape& shape) {
  const size_t own = OwnState(optimizer, shape), matrices = Matrices(optimizer);
  if (matrices == 0) return own;
  const size_t padded =
      optimizer.has_mlp_lopt() ? MlpLoptPadded(optimizer, shape) : PaddedElements(shape);
  return own + 2 * matrices * padded;
}

size_t PerParameterRunState(const v1::LearnedOptimizer& optimizer) {
  return Matrices(optimizer) > 0 ? 16 : 0;
}

size_t PerParameterScratch(const v1::LearnedOptimizer& optimizer,
                           const std::vector<TensorShape>& tensors) {
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kAdafacMlp:
      return FeatureScratch(optimizer.adafac_mlp(), tensors, 0);
    case v1::LearnedOptimizer::kMuAdafacMlp:
      return FeatureScratch(optimizer.mu_adafac_mlp(), tensors, 0);
    case v1::LearnedOptimizer::kMlpNomLopt:
      return FeatureScratch(optimizer.mlp_nom_lopt(), tensors, 4);
    case v1::LearnedOptimizer::kMlpLopt:
      return MlpLoptScratch(optimizer, tensors);
    case v1::LearnedOptimizer::kCelo2:
      return Celo2Scratch(optimizer.celo2(), tensors);
    case v1::LearnedOptimizer::kLinear: {
      size_t largest = 0;
      for (const TensorShape& shape : tensors) {
        largest = std::max(largest, PaddedTo16(ElementsOf(shape)));
      }
      return largest + SharedScratch(optimizer.linear(), tensors, largest);
    }
    default:
      return 0;
  }
}

}  // namespace paceline
