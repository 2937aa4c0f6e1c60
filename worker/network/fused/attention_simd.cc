// Compiled once per instruction set: attention, one head of one example at a time.
#include "worker/network/fused/product.h"

namespace paceline::fused::PACELINE_SIMD_NAMESPACE {
namespace {

constexpr float kMasked = -1e30f;

// One head of one example.
struct Head {
  Head(const Attention& whole, size_t example, size_t head)
      : a(whole),
        key_row(a.heads * a.width),
        value_row(a.heads * a.value_width),
        q_at(example * a.queries * key_row + head * a.width),
        k_at(example * a.keys * key_row + head * a.width),
        v_at(example * a.keys * value_row + head * a.value_width),
        y_at(example * a.queries * value_row + head * a.value_width),
        weights(a.weights + (example * a.heads + head) * a.queries * a.keys),
        keep(a.keep == nullptr ? nullptr : a.keep + example * a.keys),
        factors(a.factors == nullptr
                    ? nullptr
                    : a.factors + (example * a.heads + head) * a.queries * a.keys) {}

  const Attention& a;
  size_t key_row, value_row;  // floats from one position to the next
  size_t q_at, k_at, v_at, y_at;
  float* weights;  // [query, key]
  const float *keep, *factors;
};

template <class Body>
void ForHeads(const Attention& a, const Body& body) {
  for (size_t example = 0; example < a.examples; ++example) {
    for (size_t head = 0; head < a.heads; ++head) body(Head(a, example, head));
  }
}

void MultiplySmall(const Product& p, float* packed) {
  PackAll(p.b, p.b_row, p.b_column, p.k, p.n, packed);
  MultiplyWithPacked(p, packed, p.adds);
}

// `value` where the query does not see the key.
PACELINE_LANE V Masked(const Head& head, size_t query, size_t at, size_t count, V x, float value) {
  alignas(64) static constexpr float kNumbers[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                     8, 9, 10, 11, 12, 13, 14, 15};
  if (head.a.causal) {
    const V key = V::Load(kNumbers) + V::Set(static_cast<float>(at));
    x = Select(V::Set(static_cast<float>(query)) < key, V::Set(value), x);
  }
  if (head.keep == nullptr) return x;
  return Select(LoadFirst(head.keep + at, count) == V::Set(0.0f), V::Set(value), x);
}

void SoftmaxRow(const Head& head, size_t query) {
  const size_t keys = head.a.keys;
  const float none = -__builtin_inff();
  float* const row = head.weights + query * keys;
  const V scale = V::Set(head.a.scale);
  V largest = V::Set(none);
  ForPacks(keys, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    const V x = scale * LoadFirst(row + at, count);
    StoreFirst(Masked(head, query, at, count, x, kMasked), row + at, count);
    largest = Max(largest, LoadFirstOr(row + at, count, none));
  });
  const V top = V::Set(MaxLanes(largest));
  V sum = V::Set(0.0f);
  ForPacks(keys, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    const V e = lane::Exp(LoadFirstOr(row + at, count, none) - top);
    StoreFirst(e, row + at, count);
    sum = sum + e;
  });
  const V total = V::Set(SumLanes(sum));
  ForPacks(keys, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    StoreFirst(LoadFirst(row + at, count) / total, row + at, count);
  });
}

// The weights that multiply v: the softmax's, or those times the factors in `to`.
const float* Weighted(const Head& head, float* to) {
  if (head.factors == nullptr) return head.weights;
  ForPacks(head.a.queries * head.a.keys, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    StoreFirst(LoadFirst(head.weights + at, count) * LoadFirst(head.factors + at, count), to + at,
               count);
  });
  return to;
}

// From the slopes of the weights that multiply v to those of q·kᵀ, in place.
void SoftmaxSlopeRow(const Head& head, size_t query, float* slopes) {
  const size_t keys = head.a.keys;
  const float* const weights = head.weights + query * keys;
  const float* const factors = head.factors == nullptr ? nullptr : head.factors + query * keys;
  float* const row = slopes + query * keys;
  V sum = V::Set(0.0f);
  ForPacks(keys, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    V slope = LoadFirst(row + at, count);
    if (factors != nullptr) {
      slope = slope * LoadFirst(factors + at, count);
      StoreFirst(slope, row + at, count);
    }
    sum = sum + slope * LoadFirst(weights + at, count);
  });
  const V mean = V::Set(SumLanes(sum)), scale = V::Set(head.a.scale);
  ForPacks(keys, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
    const V slope = LoadFirst(weights + at, count) * (LoadFirst(row + at, count) - mean) * scale;
    StoreFirst(Masked(head, query, at, count, slope, 0.0f), row + at, count);
  });
}

}  // namespace

void Attend(const Attention& a, float* y, float* work) {
  float* const weighted = work;
  float* const packed = work + 2 * Padded(a.queries * a.keys);
  ForHeads(a, [&](const Head& head) {
    MultiplySmall({.a = a.q + head.q_at,
                   .a_row = head.key_row,
                   .b = a.k + head.k_at,
                   .b_row = 1,
                   .b_column = head.key_row,
                   .c = head.weights,
                   .c_row = a.keys,
                   .m = a.queries,
                   .n = a.keys,
                   .k = a.width},
                  packed);
    for (size_t query = 0; query < a.queries; ++query) SoftmaxRow(head, query);
    MultiplySmall({.a = Weighted(head, weighted),
                   .a_row = a.keys,
                   .b = a.v + head.v_at,
                   .b_row = head.value_row,
                   .c = y + head.y_at,
                   .c_row = head.value_row,
                   .m = a.queries,
                   .n = a.value_width,
                   .k = a.keys},
                  packed);
  });
}

void AttendSlope(const Attention& a, const AttentionSlopes& s, float* work) {
  float* const weighted = work;
  float* const slopes = work + Padded(a.queries * a.keys);
  float* const packed = slopes + Padded(a.queries * a.keys);
  ForHeads(a, [&](const Head& head) {
    if (s.dv != nullptr) {
      MultiplySmall({.a = Weighted(head, weighted),
                     .a_row = 1,
                     .a_k = a.keys,
                     .b = s.dy + head.y_at,
                     .b_row = head.value_row,
                     .c = s.dv + head.v_at,
                     .c_row = head.value_row,
                     .m = a.keys,
                     .n = a.value_width,
                     .k = a.queries,
                     .adds = s.v_adds},
                    packed);
    }
    if (s.dq == nullptr && s.dk == nullptr) return;
    MultiplySmall({.a = s.dy + head.y_at,
                   .a_row = head.value_row,
                   .b = a.v + head.v_at,
                   .b_row = 1,
                   .b_column = head.value_row,
                   .c = slopes,
                   .c_row = a.keys,
                   .m = a.queries,
                   .n = a.keys,
                   .k = a.value_width},
                  packed);
    for (size_t query = 0; query < a.queries; ++query) SoftmaxSlopeRow(head, query, slopes);
    if (s.dq != nullptr) {
      MultiplySmall({.a = slopes,
                     .a_row = a.keys,
                     .b = a.k + head.k_at,
                     .b_row = head.key_row,
                     .c = s.dq + head.q_at,
                     .c_row = head.key_row,
                     .m = a.queries,
                     .n = a.width,
                     .k = a.keys,
                     .adds = s.q_adds},
                    packed);
    }
    if (s.dk != nullptr) {
      MultiplySmall({.a = slopes,
                     .a_row = 1,
                     .a_k = a.keys,
                     .b = a.q + head.q_at,
                     .b_row = head.key_row,
                     .c = s.dk + head.k_at,
                     .c_row = head.key_row,
                     .m = a.keys,
                     .n = a.width,
                     .k = a.queries,
                     .adds = s.k_adds},
                    packed);
    }
  });
}

}  // namespace paceline::fused::PACELINE_SIMD_NAMESPACE
