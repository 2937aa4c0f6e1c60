// Newton–Schulz iterations towards the nearest orthogonal matrix (K. Jordan et al., "Muon", 2024;
// coefficients of that text's quintic): with A = X·Xᵀ,
//   X ← a·X + (b·A + c·A²)·X,  a = 3.4445, b = −4.7750, c = 2.0315,
// from X over its Frobenius norm. Singular values come near 1 without converging to it. X has no
// more rows than columns: the other way round, its transpose is taken.
#pragma once

#include "common/lopt/plan/newton_schulz_plan.h"
#include "worker/kernels/dense_kernel.h"
#include "worker/optim/parts/element_sums.h"

namespace paceline {

class NewtonSchulz {
 public:
  // A matrix [rows, Padded(columns)].
  PACELINE_LANE NewtonSchulz(const NewtonSchulzPlan& plan, uint32_t rows, uint32_t columns,
                             float* scratch)
      : plan_(plan),
        scratch_(scratch),
        turned_(rows > columns),
        n_(turned_ ? columns : rows),
        m_(turned_ ? rows : columns),
        stride_(Padded(columns)) {}

  // Replaces the matrix; what its padding holds does not matter, and stays. Ends with a Sync.
  template <class V, class Team>
  PACELINE_LANE_CALL void Orthogonalize(float* matrix, const Team& team) const {
    const uint32_t width = Padded(m_);
    float* x = scratch_ + plan_.x[0];
    float* next = scratch_ + plan_.x[1];
    lane::ForEachPlace(team, n_, width, [&](size_t row, size_t column) {
      x[row * width + column] = column < m_ ? matrix[Place(row, column)] : 0.0f;
    });
    team.Sync();
    Normalize<V>(x, team);
    for (uint32_t step = 0; step < plan_.steps; ++step) {
      Iterate<V>(x, next, team);
      float* const old = x;
      x = next;
      next = old;
    }
    lane::ForEachPlace(team, n_, m_, [&](size_t row, size_t column) {
      matrix[Place(row, column)] = x[row * width + column];
    });
    team.Sync();
  }

 private:
  PACELINE_LANE size_t Place(size_t row, size_t column) const {
    return turned_ ? column * stride_ + row : row * stride_ + column;
  }

  // X over (‖X‖ + 1e-7).
  template <class V, class Team>
  PACELINE_LANE void Normalize(float* x, const Team& team) const {
    const uint32_t size = n_ * Padded(m_);
    float* total = scratch_ + plan_.sums;
    SumElements<V, 1>(team, size, total + kLaneGroup, total,
                      [&](uint32_t at, V* sum)
                          PACELINE_INLINE_LAMBDA { AddSquare(sum[0], V::Load(x + at)); });
    const V norm = V::Set(Sqrt(lane::Scalar::Set(*total)).raw + 1e-7f);
    lane::ForEach(team, size / V::kLanes, [&](size_t i) {
      float* own = x + i * V::kLanes;
      (V::Load(own) / norm).Store(own);
    });
    team.Sync();
  }

  template <class V, class Team>
  PACELINE_LANE void Iterate(const float* x, float* next, const Team& team) const {
    constexpr float kA = 3.4445f, kB = -4.7750f, kC = 2.0315f;
    const size_t width = Padded(m_), side = Padded(n_);
    float* transposed = scratch_ + plan_.transposed;
    float* gram = scratch_ + plan_.gram;
    float* mixed = scratch_ + plan_.mixed;
    lane::ForEachPlace(team, m_, side, [&](size_t column, size_t row) {
      transposed[column * side + row] = row < n_ ? x[row * width + column] : 0.0f;
    });
    team.Sync();
    Multiply<V>(x, width, transposed, side, m_, team, [=](int row, int column, V sum) {
      sum.Store(gram + static_cast<size_t>(row) * side + static_cast<size_t>(column));
    });
    team.Sync();
    Multiply<V>(gram, side, gram, side, n_, team, [=](int row, int column, V sum) {
      const size_t at = static_cast<size_t>(row) * side + static_cast<size_t>(column);
      Fma(V::Set(kC), sum, V::Set(kB) * V::Load(gram + at)).Store(mixed + at);
    });
    team.Sync();
    Multiply<V>(mixed, side, x, width, n_, team, [=](int row, int column, V sum) {
      const size_t at = static_cast<size_t>(row) * width + static_cast<size_t>(column);
      Fma(V::Set(kA), V::Load(x + at), sum).Store(next + at);
    });
    team.Sync();
  }

  // [n, k] · [k, b_stride]
  template <class V, class Team, class Epilogue>
  PACELINE_LANE void Multiply(const float* a, size_t a_stride, const float* b, size_t b_stride,
                              uint32_t k, const Team& team, const Epilogue& epilogue) const {
    kernels::Multiply<V, false>({.a = a,
                                 .row_stride = a_stride,
                                 .k_stride = 1,
                                 .b = b,
                                 .b_stride = b_stride,
                                 .initial = nullptr,
                                 .m = static_cast<int>(n_),
                                 .n = static_cast<int>(b_stride),
                                 .k = static_cast<int>(k)},
                                team, epilogue);
  }

  const NewtonSchulzPlan& plan_;
  float* scratch_;
  bool turned_;
  uint32_t n_, m_;
  uint32_t stride_;
};

}  // namespace paceline
