// Loops over elements at any place in memory, and sums over them in an order that does not depend
// on the instruction set: every lane type gives the same bits.
//
// A body is a lambda over a lane type and an element's number: []<class W>(size_t i). It takes the
// W::kLanes elements from i on; W is V, or one element where no whole V is left.
#pragma once

#include <cstddef>

#include "common/lane/double.h"

namespace paceline {

template <class V, class Body>
PACELINE_LANE void ForElements(size_t count, const Body& body) {
  size_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) body.template operator()<V>(i);
  if constexpr (V::kLanes > 1) {
    for (; i < count; ++i) body.template operator()<lane::One<V>>(i);
  }
}

inline constexpr size_t kPartialSums = 16, kSumChunk = 128;

template <class Number>
PACELINE_LANE Number SumOfPartials(const Number* partials) {
  Number eight[8], four[4];
  for (int i = 0; i < 8; ++i) eight[i] = partials[i] + partials[i + 8];
  for (int i = 0; i < 4; ++i) four[i] = eight[i] + eight[i + 4];
  return (four[0] + four[2]) + (four[1] + four[3]);
}

// Σ of what add<W>(i, W& sum) adds. Element i goes to partial sum i mod 16, chunks of 128 are added
// up first.
template <class V, class Add>
PACELINE_LANE lane::Number<V> SumOf(size_t count, const Add& add) {
  using Number = lane::Number<V>;
  using One = lane::One<V>;
  constexpr size_t kParts = kPartialSums / V::kLanes;
  V running[kParts];
  for (size_t part = 0; part < kParts; ++part) running[part] = V::Set(0);
  size_t i = 0;
  while (count - i >= kPartialSums) {
    const size_t left = (count - i) / kPartialSums * kPartialSums;
    const size_t end = i + (left < kSumChunk ? left : kSumChunk);
    V sums[kParts];
    for (size_t part = 0; part < kParts; ++part) sums[part] = V::Set(0);
    for (; i < end; i += kPartialSums) {
      PACELINE_UNROLL(16)
      for (size_t part = 0; part < kParts; ++part) {
        add.template operator()<V>(i + part * V::kLanes, sums[part]);
      }
    }
    for (size_t part = 0; part < kParts; ++part) running[part] = running[part] + sums[part];
  }
  alignas(64) Number partials[kPartialSums];
  for (size_t part = 0; part < kParts; ++part) running[part].Store(partials + part * V::kLanes);
  for (; i < count; ++i) {
    One sum = One::Load(partials + i % kPartialSums);
    add.template operator()<One>(i, sum);
    sum.Store(partials + i % kPartialSums);
  }
  return SumOfPartials(partials);
}

// Σ x²
template <class V>
PACELINE_LANE lane::Number<V> SumOfSquares(size_t count, const lane::Number<V>* x) {
  return SumOf<V>(count, [=]<class W>(size_t i, W& sum) PACELINE_INLINE_LAMBDA {
    const W own = W::Load(x + i);
    sum = Fma(own, own, sum);
  });
}

template <class Number>
PACELINE_LANE Number Root(Number x) {
  if constexpr (sizeof(Number) == sizeof(float)) {
    return ::sqrtf(x);
  } else {
    return ::sqrt(x);
  }
}

// ‖x‖
template <class V>
PACELINE_LANE lane::Number<V> Norm(size_t count, const lane::Number<V>* x) {
  return Root(SumOfSquares<V>(count, x));
}

// a / b, where a b that is 0 stands for the smallest normal float32.
template <class V>
PACELINE_LANE V Ratio(V a, V b) {
  return a / Max(V::Set(1.17549435e-38f), b);
}

// p ← p − rate·u
template <class V>
PACELINE_LANE void Step(size_t count, lane::Number<V> rate, const lane::Number<V>* u,
                        lane::Number<V>* p) {
  ForElements<V>(count, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
    Fnma(W::Set(rate), W::Load(u + i), W::Load(p + i)).Store(p + i);
  });
}

}  // namespace paceline
