// The per-parameter MLP over a lane type: every lane is another parameter, weights are broadcast.
// Each sum runs over the inputs in order, starting from the bias, so tiling changes no bits.
#pragma once

#include <cstddef>

#include "common/lane/math.h"
#include "worker/optim/kernels.h"

namespace paceline {

#define PACELINE_INLINE_LAMBDA __attribute__((always_inline))

inline constexpr size_t kMaxHidden = 256;

// Lane groups computed together, and outputs per tile: as many sums as fit the registers. A network
// of at most kNarrow hidden units takes more groups instead.
inline constexpr size_t kNarrow = 4;
#if defined(__AVX512F__)
inline constexpr int kGroupsAtOnce = 2;
inline constexpr int kNarrowGroupsAtOnce = 4;
#else
inline constexpr int kGroupsAtOnce = 1;
inline constexpr int kNarrowGroupsAtOnce = 1;
#endif
template <int kGroups>
inline constexpr int kTile = kGroups == 2 ? 8 : 4;

// NaN stays NaN.
template <class V>
PACELINE_LANE V Relu(V x) {
  return Max(V::Set(0.0f), x);
}

// kOuts outputs of a dense layer, from number `first` on, for kGroups lane groups:
// sink(h, group, relu(start(h, group) + Σ_f input(f, group)·weights[f, h])).
template <class V, int kGroups, int kOuts, class Input, class Start, class Sink>
PACELINE_LANE void DenseTile(const float* weights, size_t stride, size_t inputs, size_t first,
                             const Input& input, const Start& start, const Sink& sink) {
  V sum[kOuts][kGroups];
#pragma GCC unroll 8
  for (int o = 0; o < kOuts; ++o) {
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g) sum[o][g] = start(first + o, g);
  }
  const float* row = weights + first;
  for (size_t f = 0; f < inputs; ++f, row += stride) {
    V x[kGroups];
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g) x[g] = input(f, g);
#pragma GCC unroll 8
    for (int o = 0; o < kOuts; ++o) {
      const V w = V::Set(row[o]);
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; ++g) sum[o][g] = Fma(w, x[g], sum[o][g]);
    }
  }
#pragma GCC unroll 8
  for (int o = 0; o < kOuts; ++o) {
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g) sink(first + o, g, Relu(sum[o][g]));
  }
}

template <class V, int kGroups, class Input, class Start, class Sink>
PACELINE_LANE void Dense(const float* weights, size_t stride, size_t inputs, size_t outputs,
                         const Input& input, const Start& start, const Sink& sink) {
  size_t h = 0;
  for (; h + kTile<kGroups> <= outputs; h += kTile<kGroups>) {
    DenseTile<V, kGroups, kTile<kGroups>>(weights, stride, inputs, h, input, start, sink);
  }
  if constexpr (kTile < kGroups >> 4) {
    for (; h + 4 <= outputs; h += 4) {
      DenseTile<V, kGroups, 4>(weights, stride, inputs, h, input, start, sink);
    }
  }
  for (; h < outputs; ++h) {
    DenseTile<V, kGroups, 1>(weights, stride, inputs, h, input, start, sink);
  }
}

// Moves kGroups lane groups of parameters, group g at parameters + places[g]: first-layer inputs
// input(f, g) with weights [inputs, padded_hidden], its sums starting from start(h, g).
template <class V, int kGroups, class Input, class Start>
PACELINE_LANE void MlpStep(const MlpView& mlp, const float* first_weights, size_t inputs,
                           const Input& input, const Start& start, float* parameters,
                           const size_t* places) {
  alignas(64) float buffers[2][kMaxHidden * kGroups * V::kLanes];
  V out[2][kGroups];
#pragma GCC unroll 4
  for (int g = 0; g < kGroups; ++g) {
    out[0][g] = V::Set(mlp.last_bias[0]);
    out[1][g] = V::Set(mlp.last_bias[1]);
  }
  const size_t stride = mlp.padded_hidden;
  float* from = buffers[0];
  float* to = buffers[1];
  const auto hidden_input = [&](size_t f, int g) PACELINE_INLINE_LAMBDA {
    return V::Load(from + (f * kGroups + static_cast<size_t>(g)) * V::kLanes);
  };
  const auto to_hidden = [&](size_t h, int g, V value) PACELINE_INLINE_LAMBDA {
    value.Store(to + (h * kGroups + static_cast<size_t>(g)) * V::kLanes);
  };
  const auto to_output = [&](size_t h, int g, V value) PACELINE_INLINE_LAMBDA {
    out[0][g] = Fma(V::Set(mlp.last_weights[2 * h]), value, out[0][g]);
    out[1][g] = Fma(V::Set(mlp.last_weights[2 * h + 1]), value, out[1][g]);
  };
  const float* bias = mlp.middle_biases;
  const float* weights = mlp.middle_weights;
  const auto from_bias = [&](size_t h, int) PACELINE_INLINE_LAMBDA { return V::Set(bias[h]); };
  const auto swap = [&]() PACELINE_INLINE_LAMBDA {
    float* const written = to;
    to = from;
    from = written;
  };

  Dense<V, kGroups>(first_weights, stride, inputs, mlp.hidden, input, start, to_hidden);
  swap();
  for (size_t layer = 2; layer < mlp.layers; ++layer) {
    Dense<V, kGroups>(weights, stride, mlp.hidden, mlp.hidden, hidden_input, from_bias, to_hidden);
    swap();
    weights += mlp.hidden * stride;
    bias += stride;
  }
  if (mlp.layers > 1) {
    // Straight into the outputs.
    Dense<V, kGroups>(weights, stride, mlp.hidden, mlp.hidden, hidden_input, from_bias, to_output);
  } else {
    for (size_t h = 0; h < mlp.hidden; ++h) {
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; ++g) to_output(h, g, hidden_input(h, g));
    }
  }
#pragma GCC unroll 4
  for (int g = 0; g < kGroups; ++g) {
    float* p = parameters + places[g];
    const V direction = out[0][g] * V::Set(mlp.step_multiplier);
    const V scale = Exp(out[1][g] * V::Set(mlp.exp_multiplier));
    Fnma(direction, scale, V::Load(p)).Store(p);
  }
}

// Calls run.Groups<groups>(first element) until `padded` elements are done, with as many lane
// groups at once as suit the network.
template <class V, class Run>
PACELINE_LANE void ForGroups(size_t hidden, size_t padded, const Run& run) {
  constexpr size_t kStep = kGroupsAtOnce * V::kLanes;
  constexpr size_t kNarrowStep = kNarrowGroupsAtOnce * V::kLanes;
  size_t at = 0;
  if constexpr (kNarrowStep > kStep) {
    if (hidden <= kNarrow) {
      for (; at + kNarrowStep <= padded; at += kNarrowStep) {
        run.template Groups<kNarrowGroupsAtOnce>(at);
      }
    }
  }
  if constexpr (kGroupsAtOnce > 1) {
    for (; at + kStep <= padded; at += kStep) run.template Groups<kGroupsAtOnce>(at);
  }
  for (; at < padded; at += V::kLanes) run.template Groups<1>(at);
}

// scaled[h] = weights[h]·normalizer: the normaliser of one input moved into the layer.
template <class V>
PACELINE_LANE void ScaleRow(const float* weights, float normalizer, size_t padded_hidden,
                            float* scaled) {
  for (size_t h = 0; h < padded_hidden; h += V::kLanes) {
    (V::Load(weights + h) * V::Set(normalizer)).Store(scaled + h);
  }
}

// rsqrt(1e-5 + mean x²), the second-moment normaliser of one feature over one tensor.
PACELINE_LANE float Normalizer(float sum_of_squares, float count) {
  return Rsqrt(lane::Scalar::Set(1e-5f + sum_of_squares / count)).raw;
}

template <class V>
PACELINE_LANE void TimeStart(int64_t iteration, const float* first_bias, const float* time_weights,
                             size_t padded_hidden, float* start) {
  alignas(64) const float scales[16] = {1,     3,     10,     30, 100, 300, 1000, 3000,
                                        10000, 30000, 100000, 1,  1,   1,   1,    1};
  alignas(64) float features[16];
  const V t = V::Set(static_cast<float>(iteration));
  for (int k = 0; k < 16; k += V::kLanes) {
    Tanh(t / V::Load(scales + k) - V::Set(1.0f)).Store(features + k);
  }
  for (size_t h = 0; h < padded_hidden; h += V::kLanes) {
    V sum = V::Load(first_bias + h);
    for (size_t k = 0; k < kTimeFeatures; ++k) {
      sum = Fma(V::Set(features[k]), V::Load(time_weights + k * padded_hidden + h), sum);
    }
    sum.Store(start + h);
  }
}

}  // namespace paceline
