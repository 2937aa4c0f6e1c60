// Learnable SGD, momentum and Adam (reference 2.1) on one lane of elements.
#pragma once

#include "common/lane/scalar.h"
#include "worker/optim/kernels.h"

namespace paceline {

struct SgdRule {
  float learning_rate;
  const float* gradient;
  float* parameters;

  template <class V>
  PACELINE_LANE void Apply(size_t at) const {
    float* p = parameters + at;
    Fnma(V::Set(learning_rate), V::Load(gradient + at), V::Load(p)).Store(p);
  }
};

// trace ← g + momentum·trace;  p ← p − lr·trace
struct SgdmRule {
  SgdmArgs args;
  const float* gradient;
  float* parameters;
  float* trace;

  template <class V>
  PACELINE_LANE void Apply(size_t at) const {
    float* p = parameters + at;
    const V t = Fma(V::Set(args.momentum), V::Load(trace + at), V::Load(gradient + at));
    t.Store(trace + at);
    Fnma(V::Set(args.learning_rate), t, V::Load(p)).Store(p);
  }
};

// p ← p − lr·m̂ / (√(v̂ + 1e-8) + ε)
struct AdamRule {
  AdamArgs args;
  const float* gradient;
  float* parameters;
  float* first;
  float* second;

  template <class V>
  PACELINE_LANE void Apply(size_t at) const {
    float* p = parameters + at;
    const V g = V::Load(gradient + at);
    const V m =
        Fma(V::Set(args.first.complement), g, V::Set(args.first.decay) * V::Load(first + at));
    const V v = Fma(V::Set(args.second.complement), g * g,
                    V::Set(args.second.decay) * V::Load(second + at));
    m.Store(first + at);
    v.Store(second + at);
    const V root = Sqrt(Fma(v, V::Set(args.second_correction), V::Set(1e-8f)));
    const V step = m * V::Set(args.first_correction) / (root + V::Set(args.epsilon));
    Fnma(V::Set(args.learning_rate), step, V::Load(p)).Store(p);
  }
};

// Elements that do not fill a lane are done one by one: the bits are the same.
template <class V, class Rule>
PACELINE_LANE void ApplyToAll(const Rule& rule, size_t size) {
  size_t at = 0;
  for (; at + V::kLanes <= size; at += V::kLanes) rule.template Apply<V>(at);
  for (; at < size; ++at) rule.template Apply<lane::Scalar>(at);
}

}  // namespace paceline
