// Lion (Chen et al., 2023):
//   p ← p − rate·(sign(β₁·m + (1 − β₁)·g) + weight_decay·p);  m ← β₂·m + (1 − β₂)·g
#pragma once

#include "worker/baselines/rules/elements.h"
#include "worker/baselines/rules/step.h"

namespace paceline {

// State: m [count].
struct LionPlan {
  double beta1 = 0, beta2 = 0;
  double weight_decay = 0;
  RuleSizes sizes = {};
};

// −1, 0 or 1.
template <class W>
PACELINE_LANE W SignOf(W x) {
  const W zero = W::Set(0);
  return Select(zero < x, W::Set(1), Select(x < zero, W::Set(-1), zero));
}

template <class V>
void Update(const LionPlan& plan, const RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const auto beta1 = static_cast<Number>(plan.beta1), rest1 = static_cast<Number>(1 - plan.beta1);
  const auto beta2 = static_cast<Number>(plan.beta2), rest2 = static_cast<Number>(1 - plan.beta2);
  const auto rate = static_cast<Number>(step.rate);
  const auto decay = static_cast<Number>(step.rate * plan.weight_decay);
  const Number* g = step.gradient;
  Number *p = step.parameters, *m = step.state;
  ForElements<V>(step.count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    const W own = W::Load(g + i), moment = W::Load(m + i), old = W::Load(p + i);
    const W sign = SignOf(Fma(W::Set(rest1), own, W::Set(beta1) * moment));
    Fma(W::Set(rest2), own, W::Set(beta2) * moment).Store(m + i);
    Fnma(W::Set(rate), sign, Fnma(W::Set(decay), old, old)).Store(p + i);
  });
}

}  // namespace paceline
