// What Shampoo and SOAP share: the statistics of a matrix's two sides, L of its rows and R of its
// columns,
//   L ← β·L + (1 − β)·G·Gᵀ;  R ← β·R + (1 − β)·Gᵀ·G
// A side that is too long has none.
#pragma once

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

}  // namespace paceline
