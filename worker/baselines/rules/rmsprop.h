// RMSProp (Tieleman, Hinton, 2012) with momentum on its scaled step, and AdaGrad (Duchi et al.,
// 2011), as optax has them:
//   RMSProp  v ← β₂·v + (1 − β₂)·g²;  s = rate·g/√(v + ε);  m ← μ·m + s;
//            p ← p − m,  or with Nesterov p − (s + μ·m)
//   AdaGrad  v ← v + g²;  p ← p − rate·g/√(v + ε)
#pragma once

#include "worker/baselines/rules/elements.h"
#include "worker/baselines/rules/step.h"

namespace paceline {

// State: v [count], and with momentum m [count].
struct RmspropPlan {
  double keep = 0, add = 0;  // v ← keep·v + add·g²
  double momentum = 0;
  bool nesterov = false;
  double epsilon = 0;
  RuleSizes sizes = {};
};

template <class V, bool kMomentum>
PACELINE_LANE void MoveByRoot(const RmspropPlan& plan, const RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const auto keep = static_cast<Number>(plan.keep), add = static_cast<Number>(plan.add);
  const auto mu = static_cast<Number>(plan.momentum), epsilon = static_cast<Number>(plan.epsilon);
  const auto rate = static_cast<Number>(step.rate);
  const bool nesterov = plan.nesterov;
  const Number* g = step.gradient;
  Number *p = step.parameters, *v = step.state, *m = step.state + step.count;
  ForElements<V>(step.count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    const W own = W::Load(g + i);
    const W second = Fma(W::Set(add), own * own, W::Set(keep) * W::Load(v + i));
    second.Store(v + i);
    const W s = W::Set(rate) * Ratio(own, Sqrt(second + W::Set(epsilon)));
    W u = s;
    if constexpr (kMomentum) {
      const W momentum = Fma(W::Set(mu), W::Load(m + i), s);
      momentum.Store(m + i);
      u = nesterov ? Fma(W::Set(mu), momentum, s) : momentum;
    }
    (W::Load(p + i) - u).Store(p + i);
  });
}

template <class V>
void Update(const RmspropPlan& plan, const RuleStep<lane::Number<V>>& step) {
  if (plan.momentum > 0) {
    MoveByRoot<V, true>(plan, step);
  } else {
    MoveByRoot<V, false>(plan, step);
  }
}

}  // namespace paceline
