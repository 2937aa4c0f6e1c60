// Adam and its relatives. With m, v, u of adam_direction.h:
//   Adam, AdamW, AdaBelief, Yogi  p ← p − rate·(u + weight_decay·p)
//   NAdamW, as google/learned_optimization has it: rate·√(1 − β₂ᵗ)/(1 − β₁ᵗ) for the rate, and
//     u = (β₁·m + (1 − β₁)·g)/(√v + ε), or m/(√v + ε) without Nesterov
//   RAdam  ρ∞ = 2/(1 − β₂) − 1,  ρ = ρ∞ − 2·t·β₂ᵗ/(1 − β₂ᵗ);  from ρ ≥ threshold on u times
//     √((ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ)), before that m/(1 − β₁ᵗ)
#pragma once

#include "worker/baselines/rules/adam_direction.h"

namespace paceline {

enum class AdamKind { kAdam, kNadamw, kRadam };

// State: m, v [count each].
struct AdamPlan {
  AdamKind kind = AdamKind::kAdam;
  SecondMoment second = SecondMoment::kSquare;
  double beta1 = 0, beta2 = 0;
  double epsilon = 0, epsilon_root = 0;
  double weight_decay = 0;
  bool nesterov = false;  // of NAdamW
  double threshold = 0;   // of RAdam
  RuleSizes sizes = {};
};

// RAdam's factor on u; 0: u is the mean alone.
PACELINE_LANE double Rectification(const AdamPlan& plan, int64_t t) {
  const double last = 2 / (1 - plan.beta2) - 1, power = DecayAfter(plan.beta2, t);
  const double rho = last - 2 * static_cast<double>(t) * power / (1 - power);
  if (!(rho >= plan.threshold)) return 0;
  return ::sqrt((rho - 4) * (rho - 2) * last / ((last - 4) * (last - 2) * rho));
}

// The rate of an update, and what its terms are.
template <class Number>
PACELINE_LANE double TermsOf(const AdamPlan& plan, const RuleStep<Number>& step,
                             AdamTerms<Number>& terms) {
  const int64_t t = step.update + 1;
  terms = TermsOfAdam<Number>(plan.beta1, plan.beta2, plan.epsilon, plan.epsilon_root, t);
  if (plan.kind != AdamKind::kNadamw) return step.rate;
  terms.second = 1;
  terms.from_moment = plan.nesterov ? terms.beta1 : Number{1};
  terms.from_gradient = plan.nesterov ? terms.rest1 : Number{0};
  return step.rate * ::sqrt(1 - DecayAfter(plan.beta2, t)) * Correction(plan.beta1, t);
}

// m and v move as ever; p by the mean alone.
template <class V>
PACELINE_LANE void MoveByMean(const AdamTerms<lane::Number<V>>& given,
                              const RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const AdamTerms<Number> terms = given;
  const Number* g = step.gradient;
  Number *p = step.parameters, *m = step.state, *v = step.state + step.count;
  const auto rate = static_cast<Number>(step.rate);
  ForElements<V>(step.count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    AdamDirection<SecondMoment::kSquare>(terms, W::Load(g + i), m + i, v + i);
    const W mean = W::Set(terms.from_moment) * W::Load(m + i);
    Fnma(W::Set(rate), mean, W::Load(p + i)).Store(p + i);
  });
}

template <class V, SecondMoment kSecond>
PACELINE_LANE void MoveByPlan(const AdamPlan& plan, const RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  AdamTerms<Number> terms;
  const double rate = TermsOf(plan, step, terms);
  double factor = 1;
  if (plan.kind == AdamKind::kRadam) factor = Rectification(plan, step.update + 1);
  if (factor == 0) return MoveByMean<V>(terms, step);
  MoveByAdam<V, kSecond>(terms, static_cast<Number>(rate * factor),
                         static_cast<Number>(rate * plan.weight_decay), step.count, step.gradient,
                         step.parameters, step.state, step.state + step.count);
}

template <class V>
void Update(const AdamPlan& plan, const RuleStep<lane::Number<V>>& step) {
  switch (plan.second) {
    case SecondMoment::kSquare:
      return MoveByPlan<V, SecondMoment::kSquare>(plan, step);
    case SecondMoment::kBelief:
      return MoveByPlan<V, SecondMoment::kBelief>(plan, step);
    case SecondMoment::kYogi:
      return MoveByPlan<V, SecondMoment::kYogi>(plan, step);
  }
}

}  // namespace paceline
