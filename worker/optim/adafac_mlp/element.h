// What AdafacMLP (reference 2.3) does to one lane of elements, whatever the tensor's rank.
#pragma once

#include "common/lane/wide.h"
#include "common/lopt/adafac_mlp/plan.h"
#include "worker/optim/parts/per_parameter_kernel.h"

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
inline constexpr int kAdafacClippedGradient = 16;  // g limited to ±0.1; both only of some families
inline constexpr int kAdafacScaledGradient = 17;   // g·(rms + epsilon)^−½
// ... and of the inputs that are constant along an axis, for one side.
inline constexpr int kAdafacMoments = 0;
inline constexpr int kAdafacInverseRoots = 3;

// What differs between the families with these features.
struct AdafacFeatures {
  static constexpr uint32_t kElements = kAdafacElementFeatures;  // two more: the last two above
  static constexpr float kRmsEpsilon = 1e-6f;
  static constexpr float kMomentEpsilon = 1e-6f;  // rank < 2: m·(v + epsilon)^−½
  static constexpr float kNormalizerEpsilon = 1e-5f;
};

// accumulator ← decay·accumulator + complement·new
struct Decay {
  float decay;
  float complement;

  template <class V>
  PACELINE_LANE V Move(V old, V next) const {
    return Fma(V::Set(complement), next, V::Set(decay) * old);
  }
};

struct AdafacDecays {
  Decay momenta[kAdafacDecays];
  Decay rms;
  Decay factored[kAdafacDecays];

  static PACELINE_LANE AdafacDecays Load(const float* prepared) {
    AdafacDecays d;
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      d.momenta[k] = {prepared[2 * k], prepared[2 * k + 1]};
      d.factored[k] = {prepared[8 + 2 * k], prepared[9 + 2 * k]};
    }
    d.rms = {prepared[6], prepared[7]};
    return d;
  }
};

// One tensor's arrays.
struct AdafacArrays {
  const float* gradient;  // [padded]
  float* parameters;      // [padded]
  float* momenta;         // [3, padded]
  float* rms;             // [padded]
  float* inverse_rms;     // scratch [padded]
  uint32_t padded;
};

// The first ten features.
template <class V>
struct AdafacElement {
  V gradient;
  V parameter;
  V momenta[kAdafacDecays];
  V rms;
  V inverse_rms;

  static PACELINE_LANE AdafacElement Load(const AdafacArrays& t, uint32_t at) {
    AdafacElement e;
    e.gradient = V::Load(t.gradient + at);
    e.parameter = V::Load(t.parameters + at);
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      e.momenta[k] = V::Load(t.momenta + size_t{k} * t.padded + at);
    }
    e.rms = V::Load(t.rms + at);
    e.inverse_rms = V::Load(t.inverse_rms + at);
    return e;
  }

  // Moves momenta and rms on; `mask` is 0 in the padding, where the inverse root would not be 0.
  static PACELINE_LANE AdafacElement Update(const AdafacArrays& t, const AdafacDecays& decays,
                                            float epsilon, uint32_t at, V mask) {
    // All loads first: the arrays may lie a multiple of 4096 bytes apart, where processors let a
    // load wait for a store to another array.
    AdafacElement e = Load(t, at);
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      e.momenta[k] = decays.momenta[k].Move(e.momenta[k], e.gradient);
    }
    e.rms = decays.rms.Move(e.rms, e.gradient * e.gradient);
    e.inverse_rms = Rsqrt(e.rms + V::Set(epsilon)) * mask;
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      e.momenta[k].Store(t.momenta + size_t{k} * t.padded + at);
    }
    e.rms.Store(t.rms + at);
    e.inverse_rms.Store(t.inverse_rms + at);
    return e;
  }

  PACELINE_LANE V ClippedGradient() const {
    return Max(V::Set(-0.1f), Min(V::Set(0.1f), gradient));
  }

  // To the sums for the normaliser, in the inputs' order: those of the accumulators.
  PACELINE_LANE void AddSquares(V* squares) const {
    AddSquare(squares[kAdafacGradient], gradient);
    AddSquare(squares[kAdafacParameter], parameter);
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) AddSquare(squares[kAdafacMomenta + k], momenta[k]);
    AddSquare(squares[kAdafacRms], rms);
    AddSquare(squares[kAdafacInverseRms], inverse_rms);
  }
  // ... and of the features made of them.
  PACELINE_LANE void AddScaledSquares(V* squares) const {
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      AddSquare(squares[kAdafacScaledMomenta + k], momenta[k] * inverse_rms);
    }
  }

  PACELINE_LANE void StoreFeatures(float* features, size_t stride) const {
    gradient.Store(features + kAdafacGradient * stride);
    parameter.Store(features + kAdafacParameter * stride);
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      momenta[k].Store(features + (kAdafacMomenta + k) * stride);
      (momenta[k] * inverse_rms).Store(features + (kAdafacScaledMomenta + k) * stride);
    }
    rms.Store(features + kAdafacRms * stride);
    inverse_rms.Store(features + kAdafacInverseRms * stride);
  }
};

}  // namespace paceline
