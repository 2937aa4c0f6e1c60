// SM3-II (Anil et al., 2019), as optax has it: one accumulator for each index of each axis. With
// a = 1 where β₂ = 1, else 1 − β₂:
//   v = a·g² + β₂·min over axes of the element's accumulators;  each accumulator ← the largest v of
//   its slice;  m ← μ·m + (1 − μ)·g/√(v + ε);  p ← p − rate·m
// Where v is 0 so is the quotient. With one axis the accumulators are v.
#pragma once

#include "worker/baselines/rules/elements.h"
#include "worker/baselines/rules/step.h"

namespace paceline {

// State of a tensor: accumulators of axis 0, 1, ..., then m [size]. Scratch: as many accumulators
// as the tensor with most has.
struct Sm3Plan {
  double momentum = 0;
  double beta2 = 0;
  double epsilon = 0;
  RuleSizes sizes = {};
};

template <class Number>
struct Sm3Terms {
  Number mu, rest, beta2, add, epsilon, rate;
};

// The elements from `first` on: moves m and p, given v.
template <class W, class Number>
PACELINE_LANE void MoveBySm3(const Sm3Terms<Number>& terms, W g, W v, Number* m, Number* p) {
  const W zero = W::Set(0);
  const W quotient = Select(zero < v, Ratio(g, Sqrt(v + W::Set(terms.epsilon))), zero);
  const W momentum = Fma(W::Set(terms.rest), quotient, W::Set(terms.mu) * W::Load(m));
  momentum.Store(m);
  Fnma(W::Set(terms.rate), momentum, W::Load(p)).Store(p);
}

template <class W, class Number>
PACELINE_LANE W Sm3Second(const Sm3Terms<Number>& terms, W g, W least) {
  return Fma(W::Set(terms.add), g * g, W::Set(terms.beta2) * least);
}

// A tensor of at most one axis: v replaces the accumulators.
template <class V>
PACELINE_LANE void MoveVector(const Sm3Terms<lane::Number<V>>& given, size_t size,
                              const lane::Number<V>* g, lane::Number<V>* v, lane::Number<V>* m,
                              lane::Number<V>* p) {
  const Sm3Terms<lane::Number<V>> terms = given;
  ForElements<V>(size, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    const W own = W::Load(g + i), second = Sm3Second(terms, own, W::Load(v + i));
    second.Store(v + i);
    MoveBySm3(terms, own, second, m + i, p + i);
  });
}

// A row along the last axis: `least` of the other axes' accumulators; old and next are the last
// axis's. The largest v.
template <class V>
PACELINE_LANE lane::Number<V> MoveRow(const Sm3Terms<lane::Number<V>>& given, size_t size,
                                      lane::Number<V> least, const lane::Number<V>* old,
                                      lane::Number<V>* next, const lane::Number<V>* g,
                                      lane::Number<V>* m, lane::Number<V>* p) {
  using Number = lane::Number<V>;
  const Sm3Terms<Number> terms = given;
  alignas(64) Number largest[kPartialSums] = {};
  Number* const best = largest;
  ForElements<V>(size, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    const W own = W::Load(g + i);
    const W second = Sm3Second(terms, own, Min(W::Set(least), W::Load(old + i)));
    Max(W::Load(next + i), second).Store(next + i);
    Max(W::Load(best), second).Store(best);
    MoveBySm3(terms, own, second, m + i, p + i);
  });
  Number all = 0;
  for (const Number one : largest) all = one > all ? one : all;
  return all;
}

// A tensor of two axes or more.
template <class V>
PACELINE_LANE void MoveTensor(const Sm3Terms<lane::Number<V>>& terms, const RuleTensor& tensor,
                              const lane::Number<V>* g, lane::Number<V>* old, lane::Number<V>* next,
                              lane::Number<V>* m, lane::Number<V>* p) {
  using Number = lane::Number<V>;
  const uint32_t last = tensor.rank - 1;
  uint32_t index[kMaxRuleAxes] = {}, begin[kMaxRuleAxes] = {};
  for (uint32_t axis = 1; axis <= last; ++axis)
    begin[axis] = begin[axis - 1] + tensor.shape[axis - 1];
  const uint32_t count = begin[last] + tensor.shape[last], width = tensor.shape[last];
  for (uint32_t i = 0; i < count; ++i) next[i] = 0;
  for (size_t at = 0; at < tensor.size; at += width) {
    Number least = old[index[0]];
    for (uint32_t axis = 1; axis < last; ++axis) {
      const Number own = old[begin[axis] + index[axis]];
      least = own < least ? own : least;
    }
    const Number largest = MoveRow<V>(terms, width, least, old + begin[last], next + begin[last],
                                      g + at, m + at, p + at);
    for (uint32_t axis = 0; axis < last; ++axis) {
      Number& own = next[begin[axis] + index[axis]];
      own = largest > own ? largest : own;
    }
    for (uint32_t axis = last; axis-- > 0 && ++index[axis] == tensor.shape[axis];) index[axis] = 0;
  }
  for (uint32_t i = 0; i < count; ++i) old[i] = next[i];
}

PACELINE_LANE size_t AccumulatorsOf(const RuleTensor& tensor) {
  if (tensor.rank < 2) return tensor.size;
  size_t count = 0;
  for (uint32_t axis = 0; axis < tensor.rank; ++axis) count += tensor.shape[axis];
  return count;
}

template <class V>
void Update(const Sm3Plan& plan, const RuleStep<lane::Number<V>>& step) {
  using Number = lane::Number<V>;
  const Sm3Terms<Number> terms = {.mu = static_cast<Number>(plan.momentum),
                                  .rest = static_cast<Number>(1 - plan.momentum),
                                  .beta2 = static_cast<Number>(plan.beta2),
                                  .add = static_cast<Number>(plan.beta2 == 1 ? 1 : 1 - plan.beta2),
                                  .epsilon = static_cast<Number>(plan.epsilon),
                                  .rate = static_cast<Number>(step.rate)};
  for (size_t i = 0; i < step.tensor_count; ++i) {
    const RuleTensor& tensor = step.tensors[i];
    if (tensor.size == 0) continue;
    const Number* g = step.gradient + tensor.offset;
    Number *p = step.parameters + tensor.offset, *accumulators = step.state + tensor.state;
    Number* m = accumulators + AccumulatorsOf(tensor);
    if (tensor.rank < 2) {
      MoveVector<V>(terms, tensor.size, g, accumulators, m, p);
    } else {
      MoveTensor<V>(terms, tensor, g, accumulators, step.scratch, m, p);
    }
  }
}

}  // namespace paceline
