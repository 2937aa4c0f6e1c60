// What AdafacMLP (reference 2.3) does to one lane of elements, whatever the tensor's rank.
#pragma once

#include "worker/optim/lane_sums.h"
#include "worker/optim/mlp_kernel.h"

namespace paceline {

// Places in the order of the network's per-element inputs.
inline constexpr int kAdafacGradient = 0;
inline constexpr int kAdafacParameter = 1;
inline constexpr int kAdafacMomenta = 2;  // m
inline constexpr int kAdafacRms = 5;
inline constexpr int kAdafacScaledMomenta = 6;      // m·(rms + 1e-6)^−½
inline constexpr int kAdafacInverseRms = 9;         // (rms + 1e-6)^−½
inline constexpr int kAdafacFactoredGradient = 10;  // g·r·c
inline constexpr int kAdafacFactoredMomenta = 13;   // m·r·c
// ... and of the inputs that are constant along an axis, for one side.
inline constexpr int kAdafacMoments = 0;
inline constexpr int kAdafacInverseRoots = 3;

// decay·old + complement·new
template <class V>
PACELINE_LANE V Decayed(const Decay& d, V old, V next) {
  return Fma(V::Set(d.complement), next, V::Set(d.decay) * old);
}

// The first ten features. `squares` are the sums for the normaliser, in the inputs' order.
template <class V>
struct AdafacElement {
  V gradient;
  V parameter;
  V momenta[kAdafacDecays];
  V rms;
  V inverse_rms;

  PACELINE_LANE void AddSquares(int part, Partials<V>* squares) const {
    squares[kAdafacGradient].AddSquare(part, gradient);
    squares[kAdafacParameter].AddSquare(part, parameter);
#pragma GCC unroll 3
    for (size_t k = 0; k < kAdafacDecays; ++k) {
      squares[kAdafacMomenta + k].AddSquare(part, momenta[k]);
      squares[kAdafacScaledMomenta + k].AddSquare(part, momenta[k] * inverse_rms);
    }
    squares[kAdafacRms].AddSquare(part, rms);
    squares[kAdafacInverseRms].AddSquare(part, inverse_rms);
  }

  PACELINE_LANE void StoreFeatures(float* features, size_t stride) const {
    gradient.Store(features + kAdafacGradient * stride);
    parameter.Store(features + kAdafacParameter * stride);
#pragma GCC unroll 3
    for (size_t k = 0; k < kAdafacDecays; ++k) {
      momenta[k].Store(features + (kAdafacMomenta + k) * stride);
      (momenta[k] * inverse_rms).Store(features + (kAdafacScaledMomenta + k) * stride);
    }
    rms.Store(features + kAdafacRms * stride);
    inverse_rms.Store(features + kAdafacInverseRms * stride);
  }
};

// Arrays shared by AdafacTensor and AdafacVector.
template <class T>
concept AdafacArrays = requires(const T& t) {
  t.gradient, t.parameters, t.momenta, t.rms, t.inverse_rms, t.decays;
};

// Moves momenta and rms on; `mask` is 0 in the padding, where the inverse root would not be 0.
template <class V, AdafacArrays T>
PACELINE_LANE AdafacElement<V> UpdateAdafacElement(const T& t, size_t padded, size_t at, V mask) {
  AdafacElement<V> e;
  e.gradient = V::Load(t.gradient + at);
  e.parameter = V::Load(t.parameters + at);
#pragma GCC unroll 3
  for (size_t k = 0; k < kAdafacDecays; ++k) {
    float* m = t.momenta + k * padded + at;
    e.momenta[k] = Decayed(t.decays->momenta[k], V::Load(m), e.gradient);
    e.momenta[k].Store(m);
  }
  e.rms = Decayed(t.decays->rms, V::Load(t.rms + at), e.gradient * e.gradient);
  e.rms.Store(t.rms + at);
  e.inverse_rms = Rsqrt(e.rms + V::Set(1e-6f)) * mask;
  e.inverse_rms.Store(t.inverse_rms + at);
  return e;
}

template <class V, AdafacArrays T>
PACELINE_LANE AdafacElement<V> LoadAdafacElement(const T& t, size_t padded, size_t at) {
  AdafacElement<V> e;
  e.gradient = V::Load(t.gradient + at);
  e.parameter = V::Load(t.parameters + at);
#pragma GCC unroll 3
  for (size_t k = 0; k < kAdafacDecays; ++k) e.momenta[k] = V::Load(t.momenta + k * padded + at);
  e.rms = V::Load(t.rms + at);
  e.inverse_rms = V::Load(t.inverse_rms + at);
  return e;
}

}  // namespace paceline
