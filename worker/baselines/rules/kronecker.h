// What Shampoo and SOAP share: the statistics of a matrix's two sides, L of its rows and R of its
// columns,
//   L ← β₂·L + (1 − β₂)·G·Gᵀ;  R ← β₂·R + (1 − β₂)·Gᵀ·G
// A side that is too long has none. All that is no matrix moves by AdamW.
#pragma once

#include "worker/baselines/rules/adam_direction.h"
#include "worker/baselines/rules/decompositions.h"
#include "worker/baselines/rules/dense.h"
#include "worker/baselines/rules/step.h"

namespace paceline {

// Places in scratch, with room for any one matrix [rows, columns], p(·) padded to 16, n the longest
// of the sides that have statistics.
struct KroneckerScratch {
  size_t x[4] = {};        // [rows, p(columns)] each
  size_t turned = 0;       // [columns, p(max(rows, columns))]
  size_t squares[2] = {};  // [n, p(n)] each
  size_t vectors = 0;      // [4, n]
};

// What the plans of both have. State of a tensor: m, v [size each]; of a matrix then L and what the
// rule made of it, R and what it made of that.
struct KroneckerPlan {
  double beta1 = 0, beta2 = 0, epsilon = 0;
  double weight_decay = 0;
  int64_t every = 1;
  uint32_t largest_side = 0;
  KroneckerScratch scratch = {};
  RuleSizes sizes = {};
};

// One side of one matrix. Both arrays [n, p(n)], 0 in their padding.
struct MatrixSide {
  uint32_t n = 0;               // 0: has none
  float* statistics = nullptr;  // L or R
  float* matrix = nullptr;      // what the rule made of it
};

struct Sides {
  MatrixSide left, right;
};

PACELINE_LANE size_t SquareSize(uint32_t n) { return size_t{n} * Padded(n); }

// From where a tensor's sides lie in its state on.
PACELINE_LANE Sides SidesOf(const RuleTensor& tensor, uint32_t largest, float* state) {
  Sides sides;
  const auto take = [&](uint32_t n, MatrixSide& side) PACELINE_INLINE_LAMBDA {
    if (n > largest) return;
    side = {n, state, state + SquareSize(n)};
    state += 2 * SquareSize(n);
  };
  take(tensor.rows, sides.left);
  take(tensor.columns, sides.right);
  return sides;
}

// The eigenvectors of a side's statistics: rows of squares[1] in scratch, 0 in their padding, with
// their eigenvalues, vectors[0 .. n). squares[0] and vectors[n .. 4n) are used.
template <class V>
PACELINE_LANE void MakeEigenvectors(const MatrixSide& side, const KroneckerScratch& places,
                                    float* scratch) {
  float *a = scratch + places.squares[0], *z = scratch + places.squares[1];
  float* values = scratch + places.vectors;
  for (size_t i = 0; i < SquareSize(side.n); ++i) {
    a[i] = side.statistics[i];
    z[i] = 0;
  }
  Eigenvectors<V>(side.n, Padded(side.n), a, values, z, values + side.n);
}

// padded: G [rows, p(columns)].
template <class V>
PACELINE_LANE_CALL void MoveStatistics(double beta, const RuleTensor& tensor, const Sides& sides,
                                       const float* padded, float* turned) {
  const uint32_t rows = tensor.rows, columns = tensor.columns;
  const auto keep = static_cast<float>(beta), rest = static_cast<float>(1 - beta);
  const auto into = [=](float* statistics) PACELINE_INLINE_LAMBDA {
    return [=](size_t at, V sum) PACELINE_INLINE_LAMBDA {
      Fma(V::Set(rest), sum, V::Set(keep) * V::Load(statistics + at)).Store(statistics + at);
    };
  };
  if (sides.left.n > 0) {
    Turn(padded, rows, columns, turned);
    Product<V>(AsIs(padded, columns), turned, rows, rows, columns, into(sides.left.statistics));
  }
  if (sides.right.n > 0) {
    Product<V>(Turned(padded, columns), padded, columns, columns, rows,
               into(sides.right.statistics));
  }
}

// One update: of matrices move(tensor), of all else AdamW's.
template <class V, class Move>
PACELINE_LANE void UpdateTensors(const KroneckerPlan& plan, const RuleStep<float>& step,
                                 const Move& move) {
  const auto terms = TermsOfAdam<float>(plan.beta1, plan.beta2, plan.epsilon, 0, step.update + 1);
  const auto rate = static_cast<float>(step.rate);
  const auto decay = static_cast<float>(step.rate * plan.weight_decay);
  for (size_t i = 0; i < step.tensor_count; ++i) {
    const RuleTensor& tensor = step.tensors[i];
    if (tensor.rows > 0) {
      move(tensor);
      continue;
    }
    float* m = step.state + tensor.state;
    MoveByAdam<V, SecondMoment::kSquare>(terms, rate, decay, tensor.size,
                                         step.gradient + tensor.offset,
                                         step.parameters + tensor.offset, m, m + tensor.size);
  }
}

}  // namespace paceline
