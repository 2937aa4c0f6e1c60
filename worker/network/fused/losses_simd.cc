// Compiled once per instruction set: the cross-entropy of a softmax, a row at a time.
#include "worker/network/fused/kernels.h"
#include "worker/network/fused/lanes.h"

namespace paceline::fused::PACELINE_SIMD_NAMESPACE {
namespace {

// ln Σ e^x
float LogSum(const float* x, size_t count) {
  const float none = -__builtin_inff();
  V largest = V::Set(none);
  ForPacks(count, [&](size_t at, size_t size) PACELINE_INLINE_LAMBDA {
    largest = Max(largest, LoadFirstOr(x + at, size, none));
  });
  const float top = MaxLanes(largest);
  V sum = V::Set(0.0f);
  ForPacks(count, [&](size_t at, size_t size) PACELINE_INLINE_LAMBDA {
    sum = sum + lane::Exp(LoadFirstOr(x + at, size, none) - V::Set(top));
  });
  float log[kLanes];
  AnyLog(V::Set(SumLanes(sum))).Store(log);
  return top + log[0];
}

}  // namespace

void CrossEntropy(const Softmax& softmax, float* losses) {
  for (size_t row = 0; row < softmax.rows; ++row) {
    const float* const logits = softmax.logits + row * softmax.classes;
    softmax.log_sums[row] = LogSum(logits, softmax.classes);
    losses[row] = softmax.log_sums[row] - logits[softmax.labels[row]];
  }
}

void CrossEntropySlope(const Softmax& softmax, const float* dy, float* dlogits, bool adds) {
  for (size_t row = 0; row < softmax.rows; ++row) {
    const float* const logits = softmax.logits + row * softmax.classes;
    float* const to = dlogits + row * softmax.classes;
    const V log_sum = V::Set(softmax.log_sums[row]), slope = V::Set(dy[row]);
    ForPacks(softmax.classes, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
      const V value = slope * lane::Exp(LoadFirst(logits + at, count) - log_sum);
      StoreFirst(adds ? LoadFirst(to + at, count) + value : value, to + at, count);
    });
    to[softmax.labels[row]] -= dy[row];
  }
}

}  // namespace paceline::fused::PACELINE_SIMD_NAMESPACE
