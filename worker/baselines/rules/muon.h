// Muon (K. Jordan et al., 2024): on matrices [in, out]
//   m ← μ·m + g;  p ← p − rate·√max(1, out/in)·NS₅(g + μ·m) − rate·weight_decay·p,
// NS₅ five of that text's Newton–Schulz iterations (worker/optim/parts/newton_schulz_kernel.h). All
// else (embeddings, tensors without two axes) moves by AdamW without weight decay, at a rate of its
// own under the same schedule.
#pragma once

#include "worker/baselines/rules/adam_direction.h"
#include "worker/baselines/rules/dense.h"
#include "worker/optim/parts/newton_schulz_kernel.h"

namespace paceline {

// State of a tensor: m [size] of a matrix, else m, v [size each]. Scratch: a direction, then the
// iterations'.
struct MuonPlan {
  double momentum = 0;
  double weight_decay = 0;
  double rest_ratio = 0;  // AdamW's rate over Muon's
  double beta1 = 0, beta2 = 0, epsilon = 0;
  NewtonSchulzPlan newton_schulz = {};
  RuleSizes sizes = {};
};

template <class V>
PACELINE_LANE void MoveMatrix(const MuonPlan& plan, const RuleTensor& tensor, double given_rate,
                              const float* g, float* m, float* p, float* scratch) {
  const size_t columns = tensor.columns, stride = Padded(tensor.columns);
  const auto mu = static_cast<float>(plan.momentum);
  for (size_t row = 0, at = 0; row < tensor.rows; ++row, at += columns) {
    float* direction = scratch + row * stride;
    ForElements<V>(columns, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
      const W own = W::Load(g + at + i), momentum = Fma(W::Set(mu), W::Load(m + at + i), own);
      momentum.Store(m + at + i);
      Fma(W::Set(mu), momentum, own).Store(direction + i);
    });
  }
  NewtonSchulz(plan.newton_schulz, tensor.rows, tensor.columns, scratch)
      .Orthogonalize<V>(scratch, lane::Solo());
  const double ratio = static_cast<double>(tensor.columns) / tensor.rows;
  const auto rate = static_cast<float>(given_rate * (ratio > 1 ? ::sqrt(ratio) : 1));
  const auto decay = static_cast<float>(given_rate * plan.weight_decay);
  StepByRows<V>(tensor.rows, tensor.columns, rate, decay, scratch, p);
}

template <class V>
void Update(const MuonPlan& plan, const RuleStep<float>& step) {
  const auto terms = TermsOfAdam<float>(plan.beta1, plan.beta2, plan.epsilon, 0, step.update + 1);
  const auto rest_rate = static_cast<float>(step.rate * plan.rest_ratio);
  for (size_t i = 0; i < step.tensor_count; ++i) {
    const RuleTensor& tensor = step.tensors[i];
    const float* g = step.gradient + tensor.offset;
    float *p = step.parameters + tensor.offset, *m = step.state + tensor.state;
    if (tensor.rows > 0) {
      MoveMatrix<V>(plan, tensor, step.rate, g, m, p, step.scratch);
    } else {
      MoveByAdam<V, SecondMoment::kSquare>(terms, rest_rate, 0, tensor.size, g, p, m,
                                           m + tensor.size);
    }
  }
}

}  // namespace paceline
