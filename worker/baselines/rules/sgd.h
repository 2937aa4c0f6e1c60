// Gradient descent, and with momentum μ (Sutskever et al., 2013, in the form that libraries have):
//   p ← p − rate·g
//   m ← μ·m + g;  p ← p − rate·m,  or with Nesterov p − rate·(g + μ·m)
#pragma once

#include "worker/baselines/rules/elements.h"
#include "worker/baselines/rules/step.h"

namespace paceline {

// State: m [count], with momentum.
struct SgdPlan {
  double momentum = 0;
  bool nesterov = false;
  RuleSizes sizes = {};
};

template <class V>
PACELINE_LANE void MoveWithMomentum(const SgdPlan& plan, const RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const auto rate = static_cast<Number>(step.rate), decay = static_cast<Number>(plan.momentum);
  const Number* g = step.gradient;
  Number *p = step.parameters, *m = step.state;
  const bool nesterov = plan.nesterov;
  ForElements<V>(step.count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    const W own = W::Load(g + i), mu = W::Set(decay);
    const W momentum = Fma(mu, W::Load(m + i), own);
    momentum.Store(m + i);
    const W u = nesterov ? Fma(mu, momentum, own) : momentum;
    Fnma(W::Set(rate), u, W::Load(p + i)).Store(p + i);
  });
}

template <class V>
void Update(const SgdPlan& plan, const RuleStep<lane::Number<V>>& step) {
  if (plan.momentum > 0) return MoveWithMomentum<V>(plan, step);
  Step<V>(step.count, static_cast<lane::Number<V>>(step.rate), step.gradient, step.parameters);
}

}  // namespace paceline
