// The element that Adam, its relatives and the rest of matrix rules share:
//   m ← β₁·m + (1 − β₁)·g;  v ← β₂·v + (1 − β₂)·g²
//   u = (a·m + b·g) / (√(c·v + r) + ε)
// with a = 1/(1 − β₁ᵗ), b = 0, c = 1/(1 − β₂ᵗ) for Adam, t from 1 on.
#pragma once

#include "common/lane/portable_math.h"
#include "worker/baselines/rules/elements.h"
#include "worker/baselines/rules/step.h"

namespace paceline {

// How v moves.
enum class SecondMoment {
  kSquare,
  kBelief,  // β₂·v + (1 − β₂)·(g − m)² + r, and no r in the root (AdaBelief)
  kYogi,    // v − (1 − β₂)·sign(v − g²)·g²
};

// β^t
PACELINE_LANE double DecayAfter(double beta, int64_t t) {
  return PortablePower(beta, static_cast<unsigned long>(t));
}
// 1/(1 − β^t)
PACELINE_LANE double Correction(double beta, int64_t t) { return 1 / (1 - DecayAfter(beta, t)); }

template <class Number>
struct AdamTerms {
  Number beta1, rest1, beta2, rest2;  // rest: 1 − β
  Number epsilon, epsilon_root;
  Number from_moment, from_gradient;  // a, b
  Number second;                      // c
};

// Adam's in its update t.
template <class Number>
PACELINE_LANE AdamTerms<Number> TermsOfAdam(double beta1, double beta2, double epsilon,
                                            double epsilon_root, int64_t t) {
  return {.beta1 = static_cast<Number>(beta1),
          .rest1 = static_cast<Number>(1 - beta1),
          .beta2 = static_cast<Number>(beta2),
          .rest2 = static_cast<Number>(1 - beta2),
          .epsilon = static_cast<Number>(epsilon),
          .epsilon_root = static_cast<Number>(epsilon_root),
          .from_moment = static_cast<Number>(Correction(beta1, t)),
          .from_gradient = 0,
          .second = static_cast<Number>(Correction(beta2, t))};
}

template <SecondMoment kSecond, class W, class Number>
PACELINE_LANE W MovedSecond(const AdamTerms<Number>& terms, W g, W moment, W v) {
  const W beta2 = W::Set(terms.beta2), rest2 = W::Set(terms.rest2);
  if constexpr (kSecond == SecondMoment::kBelief) {
    const W off = g - moment;
    return Fma(rest2, off * off, beta2 * v) + W::Set(terms.epsilon_root);
  } else if constexpr (kSecond == SecondMoment::kYogi) {
    const W square = g * g, change = rest2 * square;
    return Select(square < v, v - change, Select(v < square, v + change, v));
  } else {
    return Fma(rest2, g * g, beta2 * v);
  }
}

// Moves m and v of W's elements; u.
template <SecondMoment kSecond, class W, class Number>
PACELINE_LANE W AdamDirection(const AdamTerms<Number>& terms, W g, Number* m, Number* v) {
  const W moment = Fma(W::Set(terms.rest1), g, W::Set(terms.beta1) * W::Load(m));
  const W second = MovedSecond<kSecond>(terms, g, moment, W::Load(v));
  moment.Store(m);
  second.Store(v);
  const W root = kSecond == SecondMoment::kBelief ? W::Set(0) : W::Set(terms.epsilon_root);
  const W below = Sqrt(Fma(W::Set(terms.second), second, root)) + W::Set(terms.epsilon);
  const W above = Fma(W::Set(terms.from_gradient), g, W::Set(terms.from_moment) * moment);
  return Ratio(above, below);
}

// p ← p − rate·u − decay·p for the elements of a range.
template <class V, SecondMoment kSecond>
PACELINE_LANE void MoveByAdam(const AdamTerms<lane::Number<V>>& given, lane::Number<V> rate,
                              lane::Number<V> decay, size_t count, const lane::Number<V>* g,
                              lane::Number<V>* p, lane::Number<V>* m, lane::Number<V>* v) {
  const AdamTerms<lane::Number<V>> terms = given;
  ForElements<V>(count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    const W u = AdamDirection<kSecond>(terms, W::Load(g + i), m + i, v + i);
    const W old = W::Load(p + i);
    const W kept = Fnma(W::Set(decay), old, old);
    Fnma(W::Set(rate), u, kept).Store(p + i);
  });
}

}  // namespace paceline
