// Shampoo (V. Gupta, T. Koren, Y. Singer, "Shampoo", 2018, arXiv 1802.09568) in the form of Shi et
// al., 2023, grafted. With Adam's m, v, their corrected m̂, v̂ and A = m̂/(√v̂ + ε), and the
// statistics of kronecker.h, on matrices [in, out] in update t, from 1 on:
//   D = (L + e·λ(L)·I)^(−1/4)·m̂·(R + e·λ(R)·I)^(−1/4),  λ the largest eigenvalue, e matrix_epsilon
//   u = D·‖A‖/‖D‖, or by SGD's norm D·‖m̂‖/‖D‖;  u = A where t < start
//   p ← p − rate·(u + weight_decay·p)
// The roots are made in update `start` and then every so many. Where only one side has statistics
// its power is −1/2.
#pragma once

#include "worker/baselines/rules/kronecker.h"

namespace paceline {

struct ShampooPlan : KroneckerPlan {
  double matrix_epsilon = 0;
  bool sgd_norm = false;
  int64_t start = 1;
};

// side.matrix ← (statistics + ridge·λ·I)^(−1/4), or ^(−1/2).
template <class V>
PACELINE_LANE_CALL void MakeRoot(const MatrixSide& side, double ridge, bool fourth,
                                 const KroneckerScratch& places, float* scratch) {
  const uint32_t n = side.n, stride = Padded(n);
  float *a = scratch + places.squares[0], *z = scratch + places.squares[1];
  const float* d = scratch + places.vectors;
  MakeEigenvectors<V>(side, places, scratch);
  float largest = 0;
  for (uint32_t k = 0; k < n; ++k) largest = d[k] > largest ? d[k] : largest;
  if (!(largest > 0)) return SetIdentity<V>(n, stride, side.matrix);
  const auto floor = static_cast<float>(ridge * double{largest});
  for (uint32_t k = 0; k < n; ++k) {
    const float root = Root((d[k] > 0 ? d[k] : 0.0f) + floor);
    const float factor = 1 / (fourth ? Root(root) : root);
    for (uint32_t i = 0; i < n; ++i) a[size_t{k} * stride + i] = factor * z[size_t{k} * stride + i];
  }
  ProductTo<V>(Turned(z, n), a, n, n, n, side.matrix);
}

// D, from m̂ in x[0]; where it lies.
template <class V>
PACELINE_LANE_CALL const float* Preconditioned(const RuleTensor& tensor, const Sides& sides,
                                               const KroneckerScratch& places, float* scratch) {
  const float* d = scratch + places.x[0];
  const auto multiply = [&](const LeftMatrix& left, const float* right, uint32_t k, float* to)
                            PACELINE_INLINE_LAMBDA {
                              ProductTo<V>(left, right, tensor.rows, tensor.columns, k, to);
                              d = to;
                            };
  if (sides.left.n > 0) {
    multiply(AsIs(sides.left.matrix, tensor.rows), d, tensor.rows, scratch + places.x[1]);
  }
  if (sides.right.n > 0) {
    multiply(AsIs(d, tensor.columns), sides.right.matrix, tensor.columns, scratch + places.x[2]);
  }
  return d;
}

// Whether a matrix has its roots by now; makes them where it is time.
template <class V>
PACELINE_LANE bool HasRoots(const ShampooPlan& plan, const Sides& sides, int64_t t,
                            float* scratch) {
  if (t < plan.start) return false;
  if ((t - plan.start) % plan.every != 0) return true;
  const bool both = sides.left.n > 0 && sides.right.n > 0;
  for (const MatrixSide* side : {&sides.left, &sides.right}) {
    if (side->n > 0) MakeRoot<V>(*side, plan.matrix_epsilon, both, plan.scratch, scratch);
  }
  return true;
}

template <class V>
PACELINE_LANE void MoveByShampoo(const ShampooPlan& plan, const RuleTensor& tensor,
                                 const RuleStep<float>& step) {
  const KroneckerScratch& places = plan.scratch;
  const auto terms = TermsOfAdam<float>(plan.beta1, plan.beta2, plan.epsilon, 0, step.update + 1);
  const float* g = step.gradient + tensor.offset;
  float *p = step.parameters + tensor.offset, *m = step.state + tensor.state;
  float *v = m + tensor.size, *scratch = step.scratch;
  float *mean = scratch + places.x[1], *adam = scratch + places.x[3];
  const Sides sides = SidesOf(tensor, plan.largest_side, v + tensor.size);
  ForElements<V>(tensor.size, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    AdamDirection<SecondMoment::kSquare>(terms, W::Load(g + i), m + i, v + i).Store(adam + i);
    (W::Set(terms.from_moment) * W::Load(m + i)).Store(mean + i);
  });
  const float wanted = plan.sgd_norm ? Norm<V>(tensor.size, mean) : Norm<V>(tensor.size, adam);
  float* padded = scratch + places.x[0];
  Pad(g, tensor.rows, tensor.columns, padded);
  MoveStatistics<V>(plan.beta2, tensor, sides, padded, scratch + places.turned);
  const auto rate = static_cast<float>(step.rate);
  const auto decay = static_cast<float>(step.rate * plan.weight_decay);
  if (!HasRoots<V>(plan, sides, step.update + 1, scratch)) {
    Pad(adam, tensor.rows, tensor.columns, padded);
    return StepByRows<V>(tensor.rows, tensor.columns, rate, decay, padded, p);
  }
  Pad(mean, tensor.rows, tensor.columns, padded);
  const float* d = Preconditioned<V>(tensor, sides, places, scratch);
  const float norm = Norm<V>(size_t{tensor.rows} * Padded(tensor.columns), d);
  StepByRows<V>(tensor.rows, tensor.columns, norm > 0 ? rate * (wanted / norm) : 0, decay, d, p);
}

template <class V>
void Update(const ShampooPlan& plan, const RuleStep<float>& step) {
  UpdateTensors<V>(plan, step, [&](const RuleTensor& tensor) PACELINE_INLINE_LAMBDA {
    MoveByShampoo<V>(plan, tensor, step);
  });
}

}  // namespace paceline
