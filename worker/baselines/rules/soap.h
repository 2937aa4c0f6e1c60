// SOAP (Vyas et al., 2024): Adam in the slowly turning eigenbases of Shampoo's statistics
// (kronecker.h). On matrices [in, out], with bases whose rows are Z_L and Z_R:
//   m ← β₁·m + (1 − β₁)·G;  G' = Z_L·G·Z_Rᵀ;  v ← β₂·v + (1 − β₂)·G'²
//   N = Z_Lᵀ·(m̂'/(√v̂ + ε))·Z_R,  m' = Z_L·m·Z_Rᵀ, hats corrected for t updates
//   p ← p − rate·(N + weight_decay·p)
// then L and R move, and every so many updates the bases: the rows of Z·L in the order of their
// eigenvalues' estimates z·L·z, largest first, v with them, are made orthonormal (one power
// iteration). The first gradient only makes the bases, the eigenvectors of its own statistics, as
// in the authors' code: t counts from the second.
#pragma once

#include "worker/baselines/rules/kronecker.h"

namespace paceline {

struct SoapPlan : KroneckerPlan {};

// order [n]: numbers of `values` [n] from the largest down, equal ones as they stand.
PACELINE_LANE void OrderDescending(uint32_t n, const float* values, float* order) {
  for (uint32_t i = 0; i < n; ++i) {
    uint32_t at = i;
    for (; at > 0 && values[static_cast<uint32_t>(order[at - 1])] < values[i]; --at) {
      order[at] = order[at - 1];
    }
    order[at] = static_cast<float>(i);
  }
}

// v [rows, columns] with its rows (or columns) in another order.
PACELINE_LANE void Reorder(const RuleTensor& tensor, bool rows, const float* order, float* copy,
                           float* v) {
  for (size_t i = 0; i < tensor.size; ++i) copy[i] = v[i];
  const uint32_t columns = tensor.columns;
  for (uint32_t r = 0; r < tensor.rows; ++r) {
    for (uint32_t c = 0; c < columns; ++c) {
      const size_t from = rows ? static_cast<size_t>(order[r]) * columns + c
                               : size_t{r} * columns + static_cast<size_t>(order[c]);
      v[size_t{r} * columns + c] = copy[from];
    }
  }
}

// Rows of `from` [n, p(n)] in that order.
PACELINE_LANE void CopyRows(uint32_t n, const float* order, const float* from, float* to) {
  const size_t stride = Padded(n);
  for (uint32_t k = 0; k < n; ++k) {
    const float* row = from + static_cast<size_t>(order[k]) * stride;
    for (size_t i = 0; i < stride; ++i) to[k * stride + i] = row[i];
  }
}

// The bases of the first statistics.
template <class V>
PACELINE_LANE_CALL void StartBasis(const MatrixSide& side, const KroneckerScratch& places,
                                   float* scratch) {
  if (side.n == 0) return;
  float *values = scratch + places.vectors, *order = values + side.n;
  MakeEigenvectors<V>(side, places, scratch);
  OrderDescending(side.n, values, order);
  CopyRows(side.n, order, scratch + places.squares[1], side.matrix);
}

// One power iteration.
template <class V>
PACELINE_LANE_CALL void TurnBasis(const MatrixSide& side, const RuleTensor& tensor, bool rows,
                                  const KroneckerScratch& places, float* v, float* scratch) {
  if (side.n == 0) return;
  const size_t stride = Padded(side.n);
  float *next = scratch + places.squares[0], *sorted = scratch + places.squares[1];
  float *values = scratch + places.vectors, *order = values + side.n, *betas = order + side.n;
  const float largest = Largest<V>(side.n, stride, side.statistics);
  if (!(largest > 0)) return;
  Product<V>(AsIs(side.matrix, side.n), side.statistics, side.n, side.n, side.n,
             [=](size_t at, V sum)
                 PACELINE_INLINE_LAMBDA { (sum / V::Set(largest)).Store(next + at); });
  for (uint32_t k = 0; k < side.n; ++k) {
    values[k] = Dot<V>(side.n, side.matrix + k * stride, next + k * stride);
  }
  OrderDescending(side.n, values, order);
  CopyRows(side.n, order, next, sorted);
  Reorder(tensor, rows, order, scratch + places.x[0], v);
  Orthonormalize<V>(side.n, stride, sorted, side.matrix, betas);
}

// to ← Z_L·from·Z_Rᵀ, all [rows, p(columns)]; turned: Z_Rᵀ. `between` is used on the way.
template <class V>
PACELINE_LANE void Rotated(const RuleTensor& tensor, const Sides& sides, const float* turned,
                           const float* from, float* between, float* to) {
  const uint32_t rows = tensor.rows, columns = tensor.columns;
  float* half = sides.right.n > 0 ? between : to;
  if (sides.left.n > 0) {
    ProductTo<V>(AsIs(sides.left.matrix, rows), from, rows, columns, rows, half);
    from = half;
  }
  if (sides.right.n > 0) {
    ProductTo<V>(AsIs(from, columns), turned, rows, columns, columns, to);
  }
}

// to ← Z_Lᵀ·from·Z_R.
template <class V>
PACELINE_LANE void RotatedBack(const RuleTensor& tensor, const Sides& sides, const float* from,
                               float* between, float* to) {
  const uint32_t rows = tensor.rows, columns = tensor.columns;
  float* half = sides.right.n > 0 ? between : to;
  if (sides.left.n > 0) {
    ProductTo<V>(Turned(sides.left.matrix, rows), from, rows, columns, rows, half);
    from = half;
  }
  if (sides.right.n > 0) {
    ProductTo<V>(AsIs(from, columns), sides.right.matrix, rows, columns, columns, to);
  }
}

// v moves by G'; m̂'/(√v̂ + ε), in the place of m'. Both [rows, p(columns)].
template <class V>
PACELINE_LANE void ScaleRotated(const AdamTerms<float>& given, const RuleTensor& tensor,
                                const float* gradient, float* moment, float* v) {
  const AdamTerms<float> terms = given;
  const size_t columns = tensor.columns, stride = Padded(tensor.columns);
  for (size_t row = 0; row < tensor.rows; ++row) {
    const float* g = gradient + row * stride;
    float *m = moment + row * stride, *own = v + row * columns;
    ForElements<V>(columns, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
      const W turned = W::Load(g + i);
      const W second =
          Fma(W::Set(terms.rest2), turned * turned, W::Set(terms.beta2) * W::Load(own + i));
      second.Store(own + i);
      const W below = Sqrt(W::Set(terms.second) * second) + W::Set(terms.epsilon);
      Ratio(W::Set(terms.from_moment) * W::Load(m + i), below).Store(m + i);
    });
  }
}

// One update of m, v and p, under bases that are there. G lies padded in x[0], which stays.
template <class V>
PACELINE_LANE void MoveInBases(const SoapPlan& plan, const RuleTensor& tensor, const Sides& sides,
                               const RuleStep<float>& step) {
  const KroneckerScratch& places = plan.scratch;
  const auto terms = TermsOfAdam<float>(plan.beta1, plan.beta2, plan.epsilon, 0, step.update);
  float *m = step.state + tensor.state, *v = m + tensor.size, *scratch = step.scratch;
  float *padded = scratch + places.x[0], *between = scratch + places.x[1];
  float *gradient = scratch + places.x[2], *moment = scratch + places.x[3];
  float* turned = scratch + places.turned;
  const float* g = step.gradient + tensor.offset;
  ForElements<V>(tensor.size, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    Fma(W::Set(terms.rest1), W::Load(g + i), W::Set(terms.beta1) * W::Load(m + i)).Store(m + i);
  });
  if (sides.right.n > 0) Turn(sides.right.matrix, tensor.columns, tensor.columns, turned);
  Rotated<V>(tensor, sides, turned, padded, between, gradient);
  Pad(m, tensor.rows, tensor.columns, padded);
  Rotated<V>(tensor, sides, turned, padded, between, moment);
  ScaleRotated<V>(terms, tensor, gradient, moment, v);
  RotatedBack<V>(tensor, sides, moment, between, gradient);
  StepByRows<V>(tensor.rows, tensor.columns, static_cast<float>(step.rate),
                static_cast<float>(step.rate * plan.weight_decay), gradient,
                step.parameters + tensor.offset);
}

template <class V>
PACELINE_LANE void MoveBySoap(const SoapPlan& plan, const RuleTensor& tensor,
                              const RuleStep<float>& step) {
  const KroneckerScratch& places = plan.scratch;
  float *v = step.state + tensor.state + tensor.size, *scratch = step.scratch;
  float* padded = scratch + places.x[0];
  const Sides sides = SidesOf(tensor, plan.largest_side, v + tensor.size);
  const float* g = step.gradient + tensor.offset;
  Pad(g, tensor.rows, tensor.columns, padded);
  if (step.update > 0) {
    MoveInBases<V>(plan, tensor, sides, step);
    Pad(g, tensor.rows, tensor.columns, padded);
  }
  MoveStatistics<V>(plan.beta2, tensor, sides, padded, scratch + places.turned);
  if (step.update == 0) {
    StartBasis<V>(sides.left, places, scratch);
    StartBasis<V>(sides.right, places, scratch);
  } else if (step.update % plan.every == 0) {
    TurnBasis<V>(sides.left, tensor, true, places, v, scratch);
    TurnBasis<V>(sides.right, tensor, false, places, v, scratch);
  }
}

template <class V>
void Update(const SoapPlan& plan, const RuleStep<float>& step) {
  UpdateTensors<V>(plan, step, [&](const RuleTensor& tensor) PACELINE_INLINE_LAMBDA {
    MoveBySoap<V>(plan, tensor, step);
  });
}

}  // namespace paceline
