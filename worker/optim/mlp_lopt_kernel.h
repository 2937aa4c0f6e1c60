// MLPLOpt (reference 2.2) on one tensor: momenta, second-moment normaliser, per-parameter MLP.
#pragma once

#include "worker/optim/lane_sums.h"
#include "worker/optim/mlp_kernel.h"

namespace paceline {

// Features of one lane group: gradient, parameter, momenta.
template <class V>
struct MlpLoptElement {
  V gradient;
  V parameter;
  V momenta[kMlpLoptMomenta];
};

// Moves the momenta on.
template <class V>
PACELINE_LANE MlpLoptElement<V> UpdateMlpLoptElement(const MlpLoptTensor& t, size_t padded,
                                                     size_t at) {
  MlpLoptElement<V> e{V::Load(t.gradient + at), V::Load(t.parameters + at), {}};
#pragma GCC unroll 6
  for (size_t k = 0; k < kMlpLoptMomenta; ++k) {
    float* m = t.momenta + k * padded + at;
    e.momenta[k] =
        Fma(V::Set(t.decays[k].complement), e.gradient, V::Set(t.decays[k].decay) * V::Load(m));
    e.momenta[k].Store(m);
  }
  return e;
}

template <class V>
PACELINE_LANE void UpdateMlpLoptMoments(const MlpLoptTensor& t, size_t padded,
                                        Partials<V> (&squares)[kMlpLoptFeatures]) {
  for (Partials<V>& sum : squares) sum.Clear();
  ForLanes<V>(padded, [&](size_t at, int part) PACELINE_INLINE_LAMBDA {
    const MlpLoptElement<V> e = UpdateMlpLoptElement<V>(t, padded, at);
    squares[0].AddSquare(part, e.gradient);
    squares[1].AddSquare(part, e.parameter);
#pragma GCC unroll 6
    for (size_t k = 0; k < kMlpLoptMomenta; ++k) squares[2 + k].AddSquare(part, e.momenta[k]);
  });
}

template <class V>
struct MlpLoptNetwork {
  const MlpLoptTensor& t;
  size_t padded;

  template <int kGroups>
  PACELINE_LANE void Groups(size_t at) const;
};

template <class V>
template <int kGroups>
PACELINE_LANE void MlpLoptNetwork<V>::Groups(size_t at) const {
  // Feature f of lane group g begins at inputs[f] + g·kLanes: no feature is copied.
  const float* inputs[kMlpLoptFeatures] = {t.gradient + at, t.parameters + at};
  for (size_t k = 0; k < kMlpLoptMomenta; ++k) inputs[2 + k] = t.momenta + k * padded + at;
  size_t places[kGroups];
  for (int g = 0; g < kGroups; ++g) places[g] = at + static_cast<size_t>(g * V::kLanes);
  MlpStep<V, kGroups>(
      t.mlp, t.scaled_weights, kMlpLoptFeatures,
      [&](size_t f, int g) PACELINE_INLINE_LAMBDA { return V::Load(inputs[f] + g * V::kLanes); },
      [&](size_t h, int) PACELINE_INLINE_LAMBDA { return V::Set(t.start[h]); }, t.parameters,
      places);
}

template <class V>
PACELINE_LANE void UpdateMlpLopt(const MlpLoptTensor& t) {
  const size_t padded = (t.size + 15) / 16 * 16;
  Partials<V> squares[kMlpLoptFeatures];
  UpdateMlpLoptMoments(t, padded, squares);
  const size_t width = t.mlp.padded_hidden;
  for (size_t f = 0; f < kMlpLoptFeatures; ++f) {
    ScaleRow<V>(t.mlp.first_weights + f * width,
                Normalizer(squares[f].Total(), static_cast<float>(t.size)), width,
                t.scaled_weights + f * width);
  }
  ForGroups<V>(t.mlp.hidden, padded, MlpLoptNetwork<V>{t, padded});
}

}  // namespace paceline
