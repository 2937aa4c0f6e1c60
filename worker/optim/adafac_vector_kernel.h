// AdafacMLP on a tensor of rank < 2: second moments per element, each of which the network sees
// twice (in the place of rows and of columns), so the two rows of first-layer weights are added.
#pragma once

#include "worker/optim/adafac_element.h"

namespace paceline {

inline constexpr size_t kAdafacVectorFeatures = kAdafacElementFeatures + kAdafacSideFeatures;

// The features beyond AdafacElement's.
template <class V>
struct AdafacVectorMoments {
  V moments[kAdafacDecays];
  V inverse_roots[kAdafacDecays];      // (v + 1e-8)^−½
  V factored_gradient[kAdafacDecays];  // g·(v + 1e-9)^−½
  V factored_momenta[kAdafacDecays];   // m·(v + 1e-6)^−½

  PACELINE_LANE void Fill(const AdafacElement<V>& e, const V* v, V mask) {
#pragma GCC unroll 3
    for (size_t k = 0; k < kAdafacDecays; ++k) {
      moments[k] = v[k];
      inverse_roots[k] = Rsqrt(v[k] + V::Set(1e-8f)) * mask;
      factored_gradient[k] = e.gradient * Rsqrt(Max(V::Set(1e-9f), v[k] + V::Set(1e-9f)));
      factored_momenta[k] = e.momenta[k] * Rsqrt(v[k] + V::Set(1e-6f));
    }
  }
};

template <class V>
PACELINE_LANE void AdafacVectorAccumulate(const AdafacVector& t, size_t padded,
                                          Partials<V>* squares) {
  ForLanes<V>(padded, [&](size_t at, int part) PACELINE_INLINE_LAMBDA {
    const V mask = V::Load(t.mask + at);
    const AdafacElement<V> e = UpdateAdafacElement<V>(t, padded, at, mask);
    e.AddSquares(part, squares);
    const V square = e.gradient * e.gradient + V::Set(1e-30f);
    V v[kAdafacDecays];
#pragma GCC unroll 3
    for (size_t k = 0; k < kAdafacDecays; ++k) {
      float* moments = t.moments + k * padded + at;
      v[k] = Decayed(t.decays->factored[k], V::Load(moments), square);
      v[k].Store(moments);
    }
    AdafacVectorMoments<V> f;
    f.Fill(e, v, mask);
#pragma GCC unroll 3
    for (size_t k = 0; k < kAdafacDecays; ++k) {
      squares[kAdafacFactoredGradient + k].AddSquare(part, f.factored_gradient[k]);
      squares[kAdafacFactoredMomenta + k].AddSquare(part, f.factored_momenta[k]);
      squares[kAdafacElementFeatures + kAdafacMoments + k].AddSquare(part, f.moments[k]);
      squares[kAdafacElementFeatures + kAdafacInverseRoots + k].AddSquare(part, f.inverse_roots[k]);
    }
  });
}

template <class V>
PACELINE_LANE void AdafacVectorScaleWeights(const AdafacVector& t, const Partials<V>* squares) {
  const size_t width = t.mlp.padded_hidden;
  for (size_t f = 0; f < kAdafacVectorFeatures; ++f) {
    const float normalizer = Normalizer(squares[f].Total(), static_cast<float>(t.size));
    const float* weights = t.mlp.first_weights + f * width;
    float* scaled = t.scaled_weights + f * width;
    if (f < kAdafacElementFeatures) {
      ScaleRow<V>(weights, normalizer, width, scaled);
      continue;
    }
    const float* twin = weights + kAdafacSideFeatures * width;
    for (size_t h = 0; h < width; h += V::kLanes) {
      ((V::Load(weights + h) + V::Load(twin + h)) * V::Set(normalizer)).Store(scaled + h);
    }
  }
}

template <class V>
PACELINE_LANE void AdafacVectorGroup(const AdafacVector& t, size_t padded, size_t at) {
  alignas(64) float features[kAdafacVectorFeatures * V::kLanes];
  const AdafacElement<V> e = LoadAdafacElement<V>(t, padded, at);
  e.StoreFeatures(features, V::kLanes);
  V v[kAdafacDecays];
  for (size_t k = 0; k < kAdafacDecays; ++k) v[k] = V::Load(t.moments + k * padded + at);
  AdafacVectorMoments<V> f;
  f.Fill(e, v, V::Load(t.mask + at));
#pragma GCC unroll 3
  for (size_t k = 0; k < kAdafacDecays; ++k) {
    float* side = features + kAdafacElementFeatures * V::kLanes;
    f.factored_gradient[k].Store(features + (kAdafacFactoredGradient + k) * V::kLanes);
    f.factored_momenta[k].Store(features + (kAdafacFactoredMomenta + k) * V::kLanes);
    f.moments[k].Store(side + (kAdafacMoments + k) * V::kLanes);
    f.inverse_roots[k].Store(side + (kAdafacInverseRoots + k) * V::kLanes);
  }
  MlpStep<V, 1>(
      t.mlp, t.scaled_weights, kAdafacVectorFeatures,
      [&](size_t i, int) PACELINE_INLINE_LAMBDA { return V::Load(features + i * V::kLanes); },
      [&](size_t h, int) PACELINE_INLINE_LAMBDA { return V::Set(t.start[h]); }, t.parameters, &at);
}

template <class V>
PACELINE_LANE void UpdateAdafacVector(const AdafacVector& t) {
  const size_t padded = (t.size + 15) / 16 * 16;
  Partials<V> squares[kAdafacVectorFeatures];
  for (Partials<V>& sum : squares) sum.Clear();
  AdafacVectorAccumulate(t, padded, squares);
  AdafacVectorScaleWeights(t, squares);
  for (size_t at = 0; at < padded; at += V::kLanes) AdafacVectorGroup<V>(t, padded, at);
}

}  // namespace paceline
