// AdafacMLP on a tensor of rank < 2: second moments per element, each of which the network sees
// twice (in the place of rows and of columns), so the two rows of first-layer weights are added.
#pragma once

#include "worker/optim/adafac_mlp/element.h"

namespace paceline {

// The features beyond AdafacElement's.
template <class V>
struct AdafacVectorMoments {
  V moments[kAdafacDecays];
  V inverse_roots[kAdafacDecays];      // (v + 1e-8)^−½
  V factored_gradient[kAdafacDecays];  // g·(v + 1e-9)^−½
  V factored_momenta[kAdafacDecays];   // m·(v + epsilon)^−½

  PACELINE_LANE void Fill(const AdafacElement<V>& e, const V* v, float epsilon, V mask) {
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      moments[k] = v[k];
      inverse_roots[k] = Rsqrt(v[k] + V::Set(1e-8f)) * mask;
      factored_gradient[k] = e.gradient * Rsqrt(Max(V::Set(1e-9f), v[k] + V::Set(1e-9f)));
      factored_momenta[k] = e.momenta[k] * Rsqrt(v[k] + V::Set(epsilon));
    }
  }
};

// Inputs of the first layer: of each element, from curvature, and the second moments. `Features`
// and `Applied` as AdafacTensor's.
template <class Features, class Applied>
struct AdafacVector {
  static constexpr uint32_t kElements = Features::kElements;
  static constexpr uint32_t kOwn = kElements + kAdafacSideFeatures;

  const AdafacMlpPlan& plan;
  const AdafacArrays& arrays;
  const AdafacDecays& decays;
  const CurvatureInputs& curvature;
  uint32_t size;
  float* moments;  // [3, padded]
  const float* prepared;
  float* scratch;
  Applied apply;

  template <class V, class Team>
  PACELINE_LANE void Update(const Team& team) const {
    float* totals = scratch + plan.totals;
    SumElements<V, static_cast<int>(kOwn)>(
        team, arrays.padded, scratch + plan.sums, totals,
        [&](uint32_t at, V* squares) PACELINE_INLINE_LAMBDA { Accumulate<V>(at, squares); });
    curvature.template Update<V>(arrays.momenta, team);
    ScaleFirstLayer<V>(totals, team);
    team.Sync();
    ForGroups<V>(team, plan.network, arrays.padded, Network<V, Team>{*this});
  }

 private:
  template <class V>
  PACELINE_LANE void Accumulate(uint32_t at, V* squares) const {
    const V mask = MaskOf<V>(at, size);
    const AdafacElement<V> e =
        AdafacElement<V>::Update(arrays, decays, Features::kRmsEpsilon, at, mask);
    e.AddSquares(squares);
    e.AddScaledSquares(squares);
    if constexpr (kElements > kAdafacElementFeatures) {
      AddSquare(squares[kAdafacClippedGradient], e.ClippedGradient());
      AddSquare(squares[kAdafacScaledGradient], e.gradient * e.inverse_rms);
    }
    const V square = e.gradient * e.gradient + V::Set(1e-30f);
    V v[kAdafacDecays];
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      float* own = moments + k * arrays.padded + at;
      v[k] = decays.factored[k].Move(V::Load(own), square);
      v[k].Store(own);
    }
    AdafacVectorMoments<V> f;
    f.Fill(e, v, Features::kMomentEpsilon, mask);
    V* side = squares + kElements;
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      AddSquare(squares[kAdafacFactoredGradient + k], f.factored_gradient[k]);
      AddSquare(squares[kAdafacFactoredMomenta + k], f.factored_momenta[k]);
      AddSquare(side[kAdafacMoments + k], f.moments[k]);
      AddSquare(side[kAdafacInverseRoots + k], f.inverse_roots[k]);
    }
  }

  template <class V, class Team>
  PACELINE_LANE void ScaleFirstLayer(const float* totals, const Team& team) const {
    const NetworkPlan& network = plan.network;
    const uint32_t width = network.padded_hidden;
    const float* weights = prepared + network.first_weights;
    const uint32_t extra = curvature.count(), moments_from = kElements + extra;
    ScaleWeights<V>(
        team, kOwn + extra, width, scratch + network.scaled_weights,
        [&](uint32_t f, uint32_t h) PACELINE_INLINE_LAMBDA {
          const float* own = weights + f * width + h;
          if (f < moments_from) return V::Load(own);
          return V::Load(own) + V::Load(own + kAdafacSideFeatures * width);
        },
        [&](uint32_t f) PACELINE_INLINE_LAMBDA {
          if (f >= kElements && f < moments_from) {
            return curvature.Normalizer(f - kElements);
          }
          const uint32_t own = f < kElements ? f : f - extra;
          return Normalizer(totals[own], static_cast<float>(size), Features::kNormalizerEpsilon);
        });
  }

  template <class V, class Team>
  struct Network {
    const AdafacVector& t;

    template <int kGroups>
    PACELINE_LANE void Groups(const uint32_t* places) const {
      PACELINE_UNROLL(4)
      for (int g = 0; g < kGroups; ++g) Group(places + g);
    }
    PACELINE_LANE void Group(const uint32_t* place) const {
      alignas(64) float features[(kOwn + kMaxCurvatureInputs) * V::kLanes];
      const uint32_t extra = t.curvature.count();
      const AdafacElement<V> e = AdafacElement<V>::Load(t.arrays, *place);
      e.StoreFeatures(features, V::kLanes);
      if constexpr (kElements > kAdafacElementFeatures) {
        e.ClippedGradient().Store(features + kAdafacClippedGradient * V::kLanes);
        (e.gradient * e.inverse_rms).Store(features + kAdafacScaledGradient * V::kLanes);
      }
      V v[kAdafacDecays];
      PACELINE_UNROLL(3)
      for (uint32_t k = 0; k < kAdafacDecays; ++k) {
        v[k] = V::Load(t.moments + k * t.arrays.padded + *place);
      }
      AdafacVectorMoments<V> f;
      f.Fill(e, v, Features::kMomentEpsilon, MaskOf<V>(*place, t.size));
      for (uint32_t k = 0; k < extra; ++k) {
        V::Load(t.curvature.values(k) + *place).Store(features + (kElements + k) * V::kLanes);
      }
      float* side = features + (kElements + extra) * V::kLanes;
      PACELINE_UNROLL(3)
      for (uint32_t k = 0; k < kAdafacDecays; ++k) {
        f.factored_gradient[k].Store(features + (kAdafacFactoredGradient + k) * V::kLanes);
        f.factored_momenta[k].Store(features + (kAdafacFactoredMomenta + k) * V::kLanes);
        f.moments[k].Store(side + (kAdafacMoments + k) * V::kLanes);
        f.inverse_roots[k].Store(side + (kAdafacInverseRoots + k) * V::kLanes);
      }
      const NetworkPlan& network = t.plan.network;
      const float* start = t.scratch + network.start;
      NetworkStep<V, Team, 1>(
          network, t.prepared, t.scratch + network.scaled_weights, kOwn + extra,
          [&](size_t i, int) PACELINE_INLINE_LAMBDA { return V::Load(features + i * V::kLanes); },
          [&](size_t h, int) PACELINE_INLINE_LAMBDA { return V::Set(start[h]); }, t.apply, place);
    }
  };
};

}  // namespace paceline
