// Schedule-free AdamW (Defazio et al., 2024). Gradients are taken at y = (1 − β₁)·z + β₁·x, which
// is what is kept as the parameters; x, an average of all z, is what a training ends with:
//   v ← β₂·v + (1 − β₂)·g²;  u = g/(√(v/(1 − β₂ᵗ)) + ε) + weight_decay·y
//   c = γ²/Σγ², γ the rate of each update so far
//   y ← (1 − c)·y + c·z − γ·(1 − β₁·(1 − c))·u;  z ← z − γ·u
// and so x ← (1 − c)·x + c·z. At first x = y = z.
#pragma once

#include "worker/baselines/rules/adam_direction.h"

namespace paceline {

// State: z, v [count each], then Σγ² in two parts that add up to it.
struct ScheduleFreePlan {
  double beta1 = 0, beta2 = 0;
  double epsilon = 0;
  double weight_decay = 0;
  RuleSizes sizes = {};
};

// Adds γ² to Σγ²; c.
template <class Number>
PACELINE_LANE double AverageWeight(double rate, Number* sum) {
  const double square = rate * rate;
  const double total = static_cast<double>(sum[0]) + static_cast<double>(sum[1]) + square;
  sum[0] = static_cast<Number>(total);
  sum[1] = static_cast<Number>(total - static_cast<double>(sum[0]));
  return total > 0 ? square / total : 0;
}

template <class V>
void Update(const ScheduleFreePlan& plan, const RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const Number* g = step.gradient;
  Number *y = step.parameters, *z = step.state, *v = step.state + step.count;
  if (step.update == 0) {
    for (size_t i = 0; i < step.count; ++i) z[i] = y[i];
  }
  const double c = AverageWeight(step.rate, v + step.count);
  const auto weight = static_cast<Number>(c), rate = static_cast<Number>(step.rate);
  const auto pull = static_cast<Number>(step.rate * (1 - plan.beta1 * (1 - c)));
  const auto terms = TermsOfAdam<Number>(0, plan.beta2, plan.epsilon, 0, step.update + 1);
  const auto decay = static_cast<Number>(plan.weight_decay);
  ForElements<V>(step.count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    const W own = W::Load(g + i), at = W::Load(y + i), base = W::Load(z + i);
    const W second = MovedSecond<SecondMoment::kSquare>(terms, own, own, W::Load(v + i));
    second.Store(v + i);
    const W below = Sqrt(W::Set(terms.second) * second) + W::Set(terms.epsilon);
    const W u = Fma(W::Set(decay), at, Ratio(own, below));
    Fnma(W::Set(pull), u, Fma(W::Set(weight), base - at, at)).Store(y + i);
    Fnma(W::Set(rate), u, base).Store(z + i);
  });
}

// y becomes x. Nothing happens before the first update, or without an average (β₁ = 0).
template <class Number>
void FinishRule(const ScheduleFreePlan& plan, const Number* state, size_t count,
                Number* parameters) {
  if (plan.beta1 == 0 || !(state[2 * count] > 0)) return;
  const auto beyond = static_cast<Number>(1 - 1 / plan.beta1);
  for (size_t i = 0; i < count; ++i) parameters[i] += beyond * (state[i] - parameters[i]);
}

}  // namespace paceline
