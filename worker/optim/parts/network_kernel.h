// The per-parameter network over a lane type: every lane is another parameter, weights are
// broadcast. Each sum runs over the inputs in order, starting from the bias, so tiling changes no
// bits.
#pragma once

#include "common/lane/math.h"
#include "common/lane/wide.h"
#include "common/lopt/plan/network_plan.h"
#include "worker/optim/parts/element_sums.h"

namespace paceline {

// Lane groups computed together. A network of at most kNarrow hidden units takes more of them: what
// follows its few sums is short, and one group's waits for another's.
inline constexpr uint32_t kNarrow = 4;
inline constexpr int kGroupsAtOnce = 2;
inline constexpr int kNarrowGroupsAtOnce = 4;
// Sums of a tile: what the registers hold beside kGroups inputs and a weight.
template <class V, int kGroups>
inline constexpr int kTileSums = V::kRegisters == 32 ? 16
                                 : kGroups == 2      ? 12
                                                     : 8;
// Outputs of a tile.
template <class V, int kGroups>
inline constexpr int kTile = V::kLanes == 1 || kGroups == 1 ? 4 : kTileSums<V, kGroups> / kGroups;

// A number known when this is compiled, where a number is wanted.
template <size_t kValue>
struct Fixed {
  PACELINE_LANE constexpr operator size_t() const { return kValue; }
};
// How often a GPU's loop over inputs is unrolled: entirely where what it reads is in registers.
template <class Inputs>
inline constexpr int kInputUnroll = 1;
template <size_t kValue>
inline constexpr int kInputUnroll<Fixed<kValue>> = kValue;
#ifdef __CUDACC__
#define PACELINE_UNROLL_ON_GPU(count) PACELINE_PRAGMA(unroll count)
#else
#define PACELINE_UNROLL_ON_GPU(count)
#endif

// NaN stays NaN.
template <class V>
PACELINE_LANE V Relu(V x) {
  return Max(V::Set(0.0f), x);
}

// ---- θ to prepared floats ----

// Rows of `columns` values to rows of `stride`, the rest of them 0.
template <class Team>
PACELINE_LANE void PadRows(const Team& team, const float* from, size_t rows, size_t columns,
                           size_t stride, float* to) {
  lane::ForEach(team, rows * stride, [&](size_t i) PACELINE_INLINE_LAMBDA {
    const size_t row = i / stride, column = i % stride;
    to[i] = column < columns ? from[row * columns + column] : 0.0f;
  });
}

// Ends without Sync.
template <class Team>
PACELINE_LANE void PrepareNetwork(const NetworkPlan& plan, const float* theta, float* prepared,
                                  const Team& team) {
  const size_t hidden = plan.hidden, width = plan.padded_hidden;
  const float* first = theta + plan.weight_leaf[0];
  const auto take = [&](uint8_t row, uint32_t rows, uint32_t to) PACELINE_INLINE_LAMBDA {
    const bool seen = row != kNoInputRow;
    PadRows(team, first + (seen ? row * hidden : 0), rows, seen ? hidden : 0, width, prepared + to);
  };
  for (uint32_t f = 0; f < plan.inputs; ++f) {
    take(plan.input_rows[f], 1, plan.first_weights + f * static_cast<uint32_t>(width));
  }
  take(plan.time_row, kTimeFeatures, plan.time_weights);
  PadRows(team, theta + plan.bias_leaf[0], 1, hidden, width, prepared + plan.first_bias);
  for (uint32_t i = 1; i < plan.layers; ++i) {
    PadRows(team, theta + plan.weight_leaf[i], hidden, hidden, width,
            prepared + plan.middle_weights + (i - 1) * hidden * width);
    PadRows(team, theta + plan.bias_leaf[i], 1, hidden, width,
            prepared + plan.middle_biases + (i - 1) * width);
  }
  if (plan.layers == 0) return;
  const size_t outputs = plan.outputs;
  PadRows(team, theta + plan.weight_leaf[plan.layers], 1, outputs * hidden, outputs * hidden,
          prepared + plan.last_weights);
  PadRows(team, theta + plan.bias_leaf[plan.layers], 1, outputs, outputs,
          prepared + plan.last_bias);
}

// ---- what is constant over a tensor ----

// start[h] = first_bias[h] + Σ_k tanh(iteration/s_k − 1)·time_weights[k, h]. Ends with a Sync.
template <class V, class Team>
PACELINE_LANE void TimeStart(const NetworkPlan& plan, const float* prepared, int64_t iteration,
                             float* scratch, const Team& team) {
  alignas(64) const float scales[16] = {1,     3,     10,     30, 100, 300, 1000, 3000,
                                        10000, 30000, 100000, 1,  1,   1,   1,    1};
  float* features = scratch + plan.time_features;
  const V t = V::Set(static_cast<float>(iteration));
  lane::ForEach(team, 16 / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
    const size_t k = i * V::kLanes;
    Tanh(t / V::Load(scales + k) - V::Set(1.0f)).Store(features + k);
  });
  team.Sync();
  const float* weights = prepared + plan.time_weights;
  lane::ForEach(team, plan.padded_hidden / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
    const size_t h = i * V::kLanes;
    V sum = V::Load(prepared + plan.first_bias + h);
    for (size_t k = 0; k < kTimeFeatures; ++k) {
      sum = Fma(V::Set(features[k]), V::Load(weights + k * plan.padded_hidden + h), sum);
    }
    sum.Store(scratch + plan.start + h);
  });
  team.Sync();
}

// rsqrt(epsilon + mean x²), the second-moment normaliser of one feature over one tensor.
PACELINE_LANE float Normalizer(float sum_of_squares, float count, float epsilon = 1e-5f) {
  return Rsqrt(lane::Scalar::Set(epsilon + sum_of_squares / count)).raw;
}

// scaled[f, h] = weight(f, h)·normalizer(f): the inputs' normalisers moved into the first layer.
// weight returns a V. Ends without Sync.
template <class V, class Team, class Weight, class Norm>
PACELINE_LANE void ScaleWeights(const Team& team, uint32_t inputs, uint32_t width, float* scaled,
                                const Weight& weight, const Norm& normalizer) {
  if constexpr (Team::kSolo) {
    for (uint32_t f = 0; f < inputs; ++f) {
      const V scale = V::Set(normalizer(f));
      for (uint32_t h = 0; h < width; h += V::kLanes) {
        (weight(f, h) * scale).Store(scaled + f * width + h);
      }
    }
  } else {
    lane::ForEach(team, size_t{inputs} * width, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const uint32_t f = static_cast<uint32_t>(i) / width;
      const uint32_t h = static_cast<uint32_t>(i) % width;
      (weight(f, h) * V::Set(normalizer(f))).Store(scaled + i);
    });
  }
}

// ---- the network itself ----

// kOuts outputs of a dense layer, from number `first` on, for kGroups lane groups:
// sink(h, group, relu(start(h, group) + Σ_f input(f, group)·weights[f, h])). Inputs is a number or
// Fixed.
template <class V, int kGroups, int kOuts, class Inputs, class Input, class Start, class Sink>
PACELINE_LANE void DenseTile(const float* weights, size_t stride, Inputs inputs, size_t first,
                             const Input& input, const Start& start, const Sink& sink) {
  V sum[kOuts][kGroups];
  PACELINE_UNROLL(32)
  for (int o = 0; o < kOuts; ++o) {
    PACELINE_UNROLL(4)
    for (int g = 0; g < kGroups; ++g) sum[o][g] = start(first + o, g);
  }
  const float* row = weights + first;
  PACELINE_UNROLL_ON_GPU(kInputUnroll<Inputs>)
  for (size_t f = 0; f < inputs; ++f, row += stride) {
    V x[kGroups];
    PACELINE_UNROLL(4)
    for (int g = 0; g < kGroups; ++g) x[g] = Held(input(f, g));
    PACELINE_UNROLL(32)
    for (int o = 0; o < kOuts; ++o) {
      const V w = V::Set(row[o]);
      PACELINE_UNROLL(4)
      for (int g = 0; g < kGroups; ++g) sum[o][g] = Fma(w, x[g], sum[o][g]);
    }
  }
  PACELINE_UNROLL(32)
  for (int o = 0; o < kOuts; ++o) {
    PACELINE_UNROLL(4)
    for (int g = 0; g < kGroups; ++g) sink(first + o, g, Relu(sum[o][g]));
  }
}

template <class V, int kGroups, class Input, class Start, class Sink>
PACELINE_LANE void Dense(const float* weights, size_t stride, size_t inputs, size_t outputs,
                         const Input& input, const Start& start, const Sink& sink) {
  constexpr int kOuts = kTile<V, kGroups>;
  size_t h = 0;
  // Twice four outputs are faster than six and two.
  for (; h + kOuts <= outputs && (kOuts != 6 || outputs - h != 8); h += kOuts) {
    DenseTile<V, kGroups, kOuts>(weights, stride, inputs, h, input, start, sink);
  }
  if constexpr (kOuts > 4) {
    for (; h + 4 <= outputs; h += 4) {
      DenseTile<V, kGroups, 4>(weights, stride, inputs, h, input, start, sink);
    }
  }
  for (; h < outputs; ++h) {
    DenseTile<V, kGroups, 1>(weights, stride, inputs, h, input, start, sink);
  }
}

// What a network's last layer gives for kGroups lane groups.
template <class V, int kGroups, int kOutputs>
struct NetworkOutputs {
  V value[kOutputs][kGroups];

  PACELINE_LANE void Start(const float* bias) {
    PACELINE_UNROLL(4)
    for (int o = 0; o < kOutputs; ++o) {
      PACELINE_UNROLL(4)
      for (int g = 0; g < kGroups; ++g) value[o][g] = V::Set(bias[o]);
    }
  }
  // What unit h of the last hidden layer adds: weights [hidden, output].
  PACELINE_LANE void Add(const float* weights, size_t h, int g, V unit) {
    PACELINE_UNROLL(4)
    for (int o = 0; o < kOutputs; ++o) {
      value[o][g] = Fma(V::Set(weights[kOutputs * h + static_cast<size_t>(o)]), unit, value[o][g]);
    }
  }
};

// The widest network that kGroups lane groups are computed of at once.
template <class V, int kGroups>
inline constexpr uint32_t kWidest = kGroups > kGroupsAtOnce         ? kNarrow
                                    : kGroups > 1 && V::kLanes == 1 ? kMaxHidden / 2
                                                                    : kMaxHidden;

// Two layers of a width known when this is compiled: what is between them stays in a GPU thread's
// registers.
template <class V, int kGroups, int kHidden, int kOutputs, class Input, class Start>
PACELINE_LANE void RunTwoLayers(const NetworkPlan& plan, const float* prepared,
                                const float* first_weights, size_t inputs, const Input& input,
                                const Start& start, NetworkOutputs<V, kGroups, kOutputs>& out) {
  V between[kHidden][kGroups];
  DenseTile<V, kGroups, kHidden>(first_weights, plan.padded_hidden, inputs, 0, input, start,
                                 [&](size_t h, int g, V value)
                                     PACELINE_INLINE_LAMBDA { between[h][g] = value; });
  const float* weights = prepared + plan.middle_weights;
  const float* bias = prepared + plan.middle_biases;
  const float* last = prepared + plan.last_weights;
  PACELINE_UNROLL_ON_GPU(1)
  for (size_t h = 0; h < kHidden; h += 4) {
    DenseTile<V, kGroups, 4>(
        weights, plan.padded_hidden, Fixed<kHidden>(), h,
        [&](size_t f, int g) PACELINE_INLINE_LAMBDA { return between[f][g]; },
        [&](size_t o, int) PACELINE_INLINE_LAMBDA { return V::Set(bias[o]); },
        [&](size_t o, int g, V value) PACELINE_INLINE_LAMBDA { out.Add(last, o, g, value); });
  }
}

// No hidden layer.
template <class V, int kGroups, int kOutputs, class Input, class Start>
PACELINE_LANE_CALL void RunLinear(const NetworkPlan& plan, const float* first_weights,
                                  size_t inputs, const Input& input, const Start& start,
                                  NetworkOutputs<V, kGroups, kOutputs>& result) {
  PACELINE_UNROLL(4)
  for (int g = 0; g < kGroups; ++g) {
    V sum[kOutputs];
    PACELINE_UNROLL(4)
    for (int o = 0; o < kOutputs; ++o) sum[o] = start(static_cast<size_t>(o), g);
    const float* row = first_weights;
    for (size_t f = 0; f < inputs; ++f, row += plan.padded_hidden) {
      const V x = input(f, g);
      PACELINE_UNROLL(4)
      for (int o = 0; o < kOutputs; ++o) sum[o] = Fma(V::Set(row[o]), x, sum[o]);
    }
    PACELINE_UNROLL(4)
    for (int o = 0; o < kOutputs; ++o) result.value[o][g] = sum[o];
  }
}

// Any number of hidden layers from one on.
template <class V, int kGroups, int kOutputs, class Input, class Start>
PACELINE_LANE_CALL void RunLayers(const NetworkPlan& plan, const float* prepared,
                                  const float* first_weights, size_t inputs, const Input& input,
                                  const Start& start,
                                  NetworkOutputs<V, kGroups, kOutputs>& result) {
  NetworkOutputs<V, kGroups, kOutputs> out = result;
  alignas(64) float buffers[2][kWidest<V, kGroups> * kGroups * V::kLanes];
  const size_t stride = plan.padded_hidden, hidden = plan.hidden;
  float* from = buffers[0];
  float* to = buffers[1];
  const auto hidden_input = [&](size_t f, int g) PACELINE_INLINE_LAMBDA {
    return V::Load(from + (f * kGroups + static_cast<size_t>(g)) * V::kLanes);
  };
  const auto to_hidden = [&](size_t h, int g, V value) PACELINE_INLINE_LAMBDA {
    value.Store(to + (h * kGroups + static_cast<size_t>(g)) * V::kLanes);
  };
  const float* last = prepared + plan.last_weights;
  const auto to_output = [&](size_t h, int g, V value)
                             PACELINE_INLINE_LAMBDA { out.Add(last, h, g, value); };
  const float* bias = prepared + plan.middle_biases;
  const float* weights = prepared + plan.middle_weights;
  const auto from_bias = [&](size_t h, int) PACELINE_INLINE_LAMBDA { return V::Set(bias[h]); };
  const auto swap = [&]() PACELINE_INLINE_LAMBDA {
    float* const written = to;
    to = from;
    from = written;
  };

  Dense<V, kGroups>(first_weights, stride, inputs, hidden, input, start, to_hidden);
  swap();
  for (size_t layer = 2; layer < plan.layers; ++layer) {
    Dense<V, kGroups>(weights, stride, hidden, hidden, hidden_input, from_bias, to_hidden);
    swap();
    weights += hidden * stride;
    bias += stride;
  }
  if (plan.layers > 1) {
    // Straight into the outputs.
    Dense<V, kGroups>(weights, stride, hidden, hidden, hidden_input, from_bias, to_output);
  } else {
    for (size_t h = 0; h < hidden; ++h) {
      PACELINE_UNROLL(4)
      for (int g = 0; g < kGroups; ++g) to_output(h, g, hidden_input(h, g));
    }
  }
  result = out;
}

// What is made of a network's outputs: target ← target − direction·exp(magnitude·exp_multiplier)·
// step_multiplier. Others have other kOutputs.
struct LearnedStep {
  static constexpr int kOutputs = 2;
  float* target;
  float step_multiplier;
  float exp_multiplier;

  // Group g lies at places[g].
  template <class V, int kGroups>
  PACELINE_LANE void Apply(const NetworkOutputs<V, kGroups, kOutputs>& out,
                           const uint32_t* places) const {
    using All = lane::Wide<V, kGroups>;
    All magnitudes;
    PACELINE_UNROLL(4)
    for (int g = 0; g < kGroups; ++g) magnitudes.part[g] = out.value[1][g];
    const All scales = Exp(magnitudes * All::Set(exp_multiplier));
    PACELINE_UNROLL(4)
    for (int g = 0; g < kGroups; ++g) {
      float* p = target + places[g];
      const V direction = out.value[0][g] * V::Set(step_multiplier);
      Fnma(direction, scales.part[g], V::Load(p)).Store(p);
    }
  }
};

// apply.Apply(outputs, places) for kGroups lane groups: first-layer inputs input(f, g) with weights
// [inputs, padded_hidden], its sums starting from start(h, g).
template <class V, class Team, int kGroups, class Input, class Start, class Applied>
PACELINE_LANE void NetworkStep(const NetworkPlan& plan, const float* prepared,
                               const float* first_weights, size_t inputs, const Input& input,
                               const Start& start, const Applied& apply, const uint32_t* places) {
  NetworkOutputs<V, kGroups, Applied::kOutputs> out;
  if (plan.layers == 0) {
    RunLinear(plan, first_weights, inputs, input, start, out);
    apply.Apply(out, places);
    return;
  }
  out.Start(prepared + plan.last_bias);
  if constexpr (Team::kSolo) {
    RunLayers(plan, prepared, first_weights, inputs, input, start, out);
  } else {
    if (plan.layers == 2 && plan.hidden == 32) {
      RunTwoLayers<V, kGroups, 32>(plan, prepared, first_weights, inputs, input, start, out);
    } else if (plan.layers == 2 && plan.hidden == 4) {
      RunTwoLayers<V, kGroups, 4>(plan, prepared, first_weights, inputs, input, start, out);
    } else {
      RunLayers(plan, prepared, first_weights, inputs, input, start, out);
    }
  }
  apply.Apply(out, places);
}

template <int kGroups>
struct GroupCount {
  static constexpr int kCount = kGroups;
};

// run.Groups<groups>(places) until `padded` elements are done, with as many lane groups at once as
// suit the network. Ends without Sync.
template <class V, class Team, class Run>
PACELINE_LANE void ForGroups(const Team& team, const NetworkPlan& plan, uint32_t padded,
                             const Run& run) {
  uint32_t done = 0;
  // The `groups` of a team's member lie a team's width apart, so that its members' loads join.
  const uint32_t apart = static_cast<uint32_t>(team.size()) * V::kLanes;
  const uint32_t own = static_cast<uint32_t>(team.rank()) * V::kLanes;
  const auto run_all = [&](auto groups) PACELINE_INLINE_LAMBDA {
    constexpr int kGroups = decltype(groups)::kCount;
    for (; done + kGroups * apart <= padded; done += kGroups * apart) {
      uint32_t places[kGroups];
      PACELINE_UNROLL(4)
      for (int g = 0; g < kGroups; ++g) places[g] = done + g * apart + own;
      run.template Groups<kGroups>(places);
    }
  };
  if constexpr (!Team::kSolo) {
    if (plan.hidden <= kWidest<V, 2>) run_all(GroupCount<2>());
    for (uint32_t place = done + own; place < padded; place += apart) {
      run.template Groups<1>(&place);
    }
  } else {
    if constexpr (V::kLanes > 1) {
      if (plan.hidden <= kNarrow) run_all(GroupCount<kNarrowGroupsAtOnce>());
      run_all(GroupCount<kGroupsAtOnce>());
    }
    run_all(GroupCount<1>());
  }
}

}  // namespace paceline
