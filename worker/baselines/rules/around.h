// What every rule can be given, around its own text:
//   accumulate n  the rule sees the mean gradient of every n updates, in the last of them; its
//                 schedule counts such updates
//   clip_norm c   g ← g·min(1, c/‖g‖), ‖·‖ over all tensors
//   clip c        each element of g to [−c, c]
//   l2 w          g ← g + w·p, not clipped
//   graft         the rule's step over all tensors is given the norm of SGD's, ‖rate·g‖
//                 (N. Agarwal et al., "Disentangling adaptive gradient methods from learning
//                 rates", 2020)
#pragma once

#include "worker/baselines/rules/elements.h"
#include "worker/baselines/rules/step.h"

namespace paceline {

struct AroundPlan {
  double clip = 0, clip_norm = 0, l2 = 0;  // 0: none
  int64_t accumulate = 1;
  bool graft = false;
  size_t sum = 0;       // [count] of state: the gradients accumulated
  size_t gradient = 0;  // [count] of scratch
  size_t before = 0;    // [count] of scratch: parameters

  PACELINE_LANE bool changes_gradient() const { return clip > 0 || clip_norm > 0 || l2 != 0; }
};

// False: this was not the last of its n updates. Else the step has the mean gradient.
template <class V>
PACELINE_LANE bool Accumulate(const AroundPlan& around, RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const bool last = (step.update + 1) % around.accumulate == 0;
  const auto n = static_cast<Number>(around.accumulate);
  const Number* g = step.gradient;
  Number *sum = step.state + around.sum, *mean = step.scratch + around.gradient;
  ForElements<V>(step.count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    const W total = W::Load(sum + i) + W::Load(g + i);
    (last ? W::Set(0) : total).Store(sum + i);
    if (last) (total / W::Set(n)).Store(mean + i);
  });
  step.gradient = mean;
  step.update /= around.accumulate;
  return last;
}

template <class V>
PACELINE_LANE void ChangeGradient(const AroundPlan& around, RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const Number *g = step.gradient, *p = step.parameters;
  Number* changed = step.scratch + around.gradient;
  Number factor = 1;
  if (around.clip_norm > 0) {
    const Number norm = Norm<V>(step.count, g), most = static_cast<Number>(around.clip_norm);
    if (norm > most) factor = most / norm;
  }
  const bool clips = around.clip > 0;
  const auto limit = static_cast<Number>(around.clip), l2 = static_cast<Number>(around.l2);
  ForElements<V>(step.count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    W own = W::Load(g + i) * W::Set(factor);
    if (clips) own = Min(W::Set(limit), Max(W::Set(-limit), own));
    Fma(W::Set(l2), W::Load(p + i), own).Store(changed + i);
  });
  step.gradient = changed;
}

// The step that led from `before` to the parameters gets another norm.
template <class V>
PACELINE_LANE void GiveNormOfSgd(const RuleStep<lane::Number<V>>& step,
                                 const lane::Number<V>* before) {
  using Number = lane::Number<V>;
  Number* p = step.parameters;
  const Number moved =
      Root(SumOf<V>(step.count, [=]<class W>(size_t i, W& sum) PACELINE_INLINE_LAMBDA {
        const W own = W::Load(p + i) - W::Load(before + i);
        sum = Fma(own, own, sum);
      }));
  const Number wanted = static_cast<Number>(step.rate) * Norm<V>(step.count, step.gradient);
  const Number ratio = moved > 0 ? wanted / moved : 0;
  ForElements<V>(step.count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    const W old = W::Load(before + i);
    Fma(W::Set(ratio), W::Load(p + i) - old, old).Store(p + i);
  });
}

template <class V, class Plan>
PACELINE_LANE void UpdateAround(const AroundPlan& around, const Plan& plan,
                                const RuleStep<lane::Number<V>>& given) {
  RuleStep<lane::Number<V>> step = given;
  if (around.accumulate > 1 && !Accumulate<V>(around, step)) return;
  if (around.changes_gradient()) ChangeGradient<V>(around, step);
  if (!around.graft) return Update<V>(plan, step);
  lane::Number<V>* before = step.scratch + around.before;
  for (size_t i = 0; i < step.count; ++i) before[i] = step.parameters[i];
  Update<V>(plan, step);
  GiveNormOfSgd<V>(step, before);
}

}  // namespace paceline
