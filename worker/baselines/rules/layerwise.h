// LAMB (You et al., 2020), LARS (You et al., 2017) and Fromage (Bernstein et al., 2020), tensor by
// tensor. A norm that is 0 makes their ratio 1.
//   LAMB     w = u + weight_decay·p, u of Adam (adam_direction.h);  p ← p − rate·‖p‖/‖w‖·w
//   LARS     w = g + weight_decay·p;  s = rate·trust·‖p‖/(‖w‖ + ε)·w, or rate·w at a ratio of 1;
//            m ← μ·m + s;  p ← p − m,  or with Nesterov p − (s + μ·m)
//   Fromage  p ← (p − rate·max(‖p‖, n)/max(‖g‖, n)·g) / √(1 + rate²)
#pragma once

#include "worker/baselines/rules/adam_direction.h"

namespace paceline {

// State: m, v [count each]. Scratch: [largest tensor].
struct LambPlan {
  double beta1 = 0, beta2 = 0;
  double epsilon = 0, epsilon_root = 0;
  double weight_decay = 0;
  RuleSizes sizes = {};
};

// State: m [count]. Scratch: [largest tensor].
struct LarsPlan {
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;
  double trust = 0;
  double epsilon = 0;
  RuleSizes sizes = {};
};

struct FromagePlan {
  double least_norm = 0;
  RuleSizes sizes = {};
};

// trust·a/(b + ε), or 1.
template <class Number>
PACELINE_LANE Number TrustRatio(Number a, Number b, double trust, double epsilon) {
  if (a == 0 || b == 0) return 1;
  return static_cast<Number>(trust) * a / (b + static_cast<Number>(epsilon));
}

template <class V>
void Update(const LambPlan& plan, const RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const auto terms =
      TermsOfAdam<Number>(plan.beta1, plan.beta2, plan.epsilon, plan.epsilon_root, step.update + 1);
  const auto decay = static_cast<Number>(plan.weight_decay);
  for (size_t i = 0; i < step.tensor_count; ++i) {
    const size_t offset = step.tensors[i].offset, size = step.tensors[i].size;
    const Number* g = step.gradient + offset;
    Number *p = step.parameters + offset, *w = step.scratch;
    Number *m = step.state + offset, *v = step.state + step.count + offset;
    ForElements<V>(size, [=]<class W>(size_t k) PACELINE_INLINE_LAMBDA {
      const W u = AdamDirection<SecondMoment::kSquare>(terms, W::Load(g + k), m + k, v + k);
      Fma(W::Set(decay), W::Load(p + k), u).Store(w + k);
    });
    const Number ratio = TrustRatio(Norm<V>(size, p), Norm<V>(size, w), 1, 0);
    Step<V>(size, static_cast<Number>(step.rate) * ratio, w, p);
  }
}

template <class V>
void Update(const LarsPlan& plan, const RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const auto decay = static_cast<Number>(plan.weight_decay);
  const auto mu = static_cast<Number>(plan.momentum);
  const bool nesterov = plan.nesterov;
  for (size_t i = 0; i < step.tensor_count; ++i) {
    const size_t offset = step.tensors[i].offset, size = step.tensors[i].size;
    const Number* g = step.gradient + offset;
    Number *p = step.parameters + offset, *m = step.state + offset, *w = step.scratch;
    ForElements<V>(size, [=]<class W>(size_t k) PACELINE_INLINE_LAMBDA {
      Fma(W::Set(decay), W::Load(p + k), W::Load(g + k)).Store(w + k);
    });
    const Number scale = static_cast<Number>(step.rate) *
                         TrustRatio(Norm<V>(size, p), Norm<V>(size, w), plan.trust, plan.epsilon);
    ForElements<V>(size, [=]<class W>(size_t k) PACELINE_INLINE_LAMBDA {
      const W s = W::Set(scale) * W::Load(w + k);
      const W momentum = Fma(W::Set(mu), W::Load(m + k), s);
      momentum.Store(m + k);
      (W::Load(p + k) - (nesterov ? Fma(W::Set(mu), momentum, s) : momentum)).Store(p + k);
    });
  }
}

template <class V>
void Update(const FromagePlan& plan, const RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const auto least = static_cast<Number>(plan.least_norm);
  const double shrink = 1 / ::sqrt(1 + step.rate * step.rate);
  const auto at_least = [least](Number x) PACELINE_INLINE_LAMBDA { return x > least ? x : least; };
  for (size_t i = 0; i < step.tensor_count; ++i) {
    const size_t offset = step.tensors[i].offset, size = step.tensors[i].size;
    const Number* g = step.gradient + offset;
    Number* p = step.parameters + offset;
    const Number ratio = at_least(Norm<V>(size, p)) / at_least(Norm<V>(size, g));
    const Number scale = static_cast<Number>(step.rate * shrink) * ratio;
    const auto lost = static_cast<Number>(1 - shrink);
    ForElements<V>(size, [=]<class W>(size_t k) PACELINE_INLINE_LAMBDA {
      const W old = W::Load(p + k), kept = Fnma(W::Set(lost), old, old);
      Fnma(W::Set(scale), W::Load(g + k), kept).Store(p + k);
    });
  }
}

}  // namespace paceline
