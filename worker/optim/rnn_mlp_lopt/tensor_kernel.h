// RNNMLPLOpt's work on the elements of one tensor: moments and statistics, then the per-parameter
// network.
#pragma once

#include "common/lopt/rnn_mlp_lopt/plan.h"
#include "worker/optim/parts/network_kernel.h"
#include "worker/optim/parts/tensor_statistics_kernel.h"
#include "worker/optim/rnn_mlp_lopt/scalars_kernel.h"

namespace paceline {

struct RnnMlpTensor {
  const RnnMlpPlan& plan;
  const TensorPlan& tensor;
  const float* gradient;
  float* parameters;
  float* momenta;  // [decay, padded]
  float* seconds;  // likewise
  float limit;     // of the gradient
  float* statistics;
  const float* prepared;
  float* scratch;

  // Moves the moments and fills the statistics. Ends with a Sync.
  template <class V, class Team>
  PACELINE_LANE void Move(const Team& team) const {
    // Their operations wait for each other.
    using W = typename lane::SixteenOf<V>::Type;
    float* sums = scratch + plan.sums;
    SumElements<W, 4>(team, padded(), sums, statistics,
                      [&](uint32_t at, W* s) PACELINE_INLINE_LAMBDA {
                        const W p = Parameter<W>(at);
                        AddSquare(s[kSquaredGradient], Gradient<W>(at));
                        AddSquare(s[kSquaredParameter], p);
                        AddSquare(s[kSquaredLog], LogOf(p) * Mask<W>(at));
                        s[kSumParameter] = s[kSumParameter] + p;
                      });
    for (uint32_t k = 0; k < plan.decay_count; ++k) MoveMoments<W>(team, k);
    MeasureSpreads<W>(team);
  }

  // One step of the network; out [from_mlp]: what the LSTM sees next. Ends with a Sync.
  template <class V, class Team>
  PACELINE_LANE void Step(const Team& team, const float* network_inputs, int64_t iteration,
                          float* out) const {
    FillConstants(team, network_inputs, iteration);
    StartNetwork<V>(team);
    const uint32_t hidden = plan.network.hidden;
    float* totals = scratch + plan.activation_sums;
    lane::ForEach(team, hidden * kLaneGroup,
                  [&](size_t i) PACELINE_INLINE_LAMBDA { totals[i] = 0.0f; });
    team.Sync();
    for (uint32_t chunk = 0; chunk < padded(); chunk += kRnnMlpChunk) {
      const uint32_t count = padded() - chunk < kRnnMlpChunk ? padded() - chunk : kRnnMlpChunk;
      ForGroups<V>(team, plan.network, count, Network<V>{*this, chunk});
      team.Sync();
      AddActivations<V>(team, count, totals);
      team.Sync();
    }
    float* means = scratch + plan.activation_means;
    lane::ForEach(team, hidden, [&](size_t h) PACELINE_INLINE_LAMBDA {
      means[h] = TreeSum(totals + h * kLaneGroup) / static_cast<float>(tensor.size);
    });
    team.Sync();
    const uint32_t outputs = 2 + plan.from_mlp;
    lane::ForEach(team, plan.from_mlp, [&](size_t i) PACELINE_INLINE_LAMBDA {
      lane::Scalar sum = lane::Scalar::Load(prepared + plan.network.last_bias + 2 + i);
      for (uint32_t h = 0; h < hidden; ++h) {
        const float weight = prepared[plan.network.last_weights + h * outputs + 2 + i];
        sum = Fma(lane::Scalar::Set(means[h]), lane::Scalar::Set(weight), sum);
      }
      out[i] = sum.raw;
    });
    team.Sync();
  }

 private:
  PACELINE_LANE uint32_t padded() const { return tensor.padded_size(); }
  template <class V>
  PACELINE_LANE V Mask(uint32_t at) const {
    return MaskOf<V>(at, tensor.size);
  }
  template <class V>
  PACELINE_LANE V Gradient(uint32_t at) const {
    return ClipTo(V::Set(limit), LoadElements<V>(gradient, at, tensor.size));
  }
  template <class V>
  PACELINE_LANE V Parameter(uint32_t at) const {
    return LoadElements<V>(parameters, at, tensor.size);
  }
  template <class V>
  static PACELINE_LANE V LogOf(V p) {
    return Log(Abs(p) + V::Set(1e-8f));
  }
  template <class V>
  PACELINE_LANE V InverseRoot(V second, uint32_t at) const {
    return Rsqrt(second + V::Set(1e-6f)) * Mask<V>(at);
  }
  PACELINE_LANE float* OfDecay(uint32_t k) const {
    return statistics + kFirstDecay + k * kPerDecay;
  }

  template <class V, class Team>
  PACELINE_LANE void MoveMoments(const Team& team, uint32_t k) const {
    const V decay = V::Set(plan.decays[k]), rest = V::Set(1 - plan.decays[k]);
    float* own_m = momenta + size_t{k} * padded();
    float* own_v = seconds + size_t{k} * padded();
    SumElements<V, 6>(team, padded(), scratch + plan.sums, OfDecay(k),
                      [&](uint32_t at, V* s) PACELINE_INLINE_LAMBDA {
                        const V g = Gradient<V>(at);
                        const V m = Fma(rest, g, decay * V::Load(own_m + at));
                        const V v = Fma(rest, g * g, decay * V::Load(own_v + at));
                        m.Store(own_m + at);
                        v.Store(own_v + at);
                        const V inverse = InverseRoot(v, at);
                        s[kSumMomentum] = s[kSumMomentum] + m;
                        s[kSumSecond] = s[kSumSecond] + v;
                        AddSquare(s[kSquaredMomentum], m);
                        AddSquare(s[kSquaredSecond], v);
                        AddSquare(s[kSquaredScaled], m * inverse);
                        AddSquare(s[kSquaredInverse], inverse);
                      });
  }

  // Squared distances from the mean over elements and decays.
  template <class V, class Team>
  PACELINE_LANE void MeasureSpreads(const Team& team) const {
    float* sums = scratch + plan.sums;
    const V m_mean = V::Set(Mean(kSumMomentum)), v_mean = V::Set(Mean(kSumSecond));
    for (uint32_t k = 0; k < plan.decay_count; ++k) {
      const float* own_m = momenta + size_t{k} * padded();
      const float* own_v = seconds + size_t{k} * padded();
      SumElements<V, 2>(team, padded(), sums, OfDecay(k) + kMomentumSpread,
                        [&](uint32_t at, V* s) PACELINE_INLINE_LAMBDA {
                          AddSquareOf(V::Load(own_m + at) - m_mean, Mask<V>(at), s[0]);
                          AddSquareOf(V::Load(own_v + at) - v_mean, Mask<V>(at), s[1]);
                        });
    }
    const V p_mean = V::Set(statistics[kSumParameter] / static_cast<float>(tensor.size));
    SumElements<V, 1>(team, padded(), sums, statistics + kParameterSpread,
                      [&](uint32_t at, V* s) PACELINE_INLINE_LAMBDA {
                        AddSquareOf(Parameter<V>(at) - p_mean, Mask<V>(at), s[0]);
                      });
  }

 public:
  // Of a statistic over elements and decays.
  PACELINE_LANE float Mean(RnnMlpDecayStatistic statistic) const {
    float sum = 0;
    for (uint32_t k = 0; k < plan.decay_count; ++k) sum += OfDecay(k)[statistic];
    return sum / (static_cast<float>(tensor.size) * static_cast<float>(plan.decay_count));
  }

 private:
  // Inputs that are the same for all elements. Ends with a Sync.
  template <class Team>
  PACELINE_LANE void FillConstants(const Team& team, const float* network_inputs,
                                   int64_t iteration) const {
    using lane::Scalar;
    float* inputs = scratch + plan.constant_inputs;
    const double scales[kRnnMlpTimeInputs] = {1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5};
    lane::ForEach(team, kRnnMlpTimeInputs, [&](size_t i) {
      constexpr double kPi = 3.14159265358979323846;
      const double angle = static_cast<double>(iteration) / (scales[i] * kPi);
      const double reduced = ::fma(-::nearbyint(angle / (2 * kPi)), 2 * kPi, angle);
      inputs[i] = Sin(Scalar::Set(static_cast<float>(reduced))).raw;
    });
    lane::ForEach(team, 1, [&](size_t) {
      float* sizes = inputs + kRnnMlpTimeInputs;
      const float norm = ::sqrtf(statistics[kSquaredParameter]);
      sizes[0] = Log(Scalar::Set(static_cast<float>(plan.tensor_count))).raw - 1.0f;
      sizes[1] = Log(Scalar::Set(norm + 1e-8f)).raw;
      sizes[2] = Log(Scalar::Set(static_cast<float>(tensor.size))).raw;
    });
    lane::ForEach(team, plan.lstm_to_ff, [&](size_t i) PACELINE_INLINE_LAMBDA {
      inputs[kRnnMlpTimeInputs + kRnnMlpSizeInputs + i] = network_inputs[i];
    });
    team.Sync();
  }

  PACELINE_LANE float SquaresOf(uint32_t input) const {
    if (input < 3) return statistics[input];
    const uint32_t group = (input - 3) / plan.decay_count, k = (input - 3) % plan.decay_count;
    return OfDecay(k)[kSquaredMomentum + group];
  }

  // The first layer's sums from its constant inputs, and its weights with the normalisers in them.
  template <class V, class Team>
  PACELINE_LANE void StartNetwork(const Team& team) const {
    const NetworkPlan& network = plan.network;
    const uint32_t width = network.padded_hidden;
    const float* inputs = scratch + plan.constant_inputs;
    lane::ForEach(team, width / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const size_t h = i * V::kLanes;
      V sum = V::Load(prepared + network.first_bias + h);
      for (uint32_t c = 0; c < plan.constants; ++c) {
        sum =
            Fma(V::Set(inputs[c]), V::Load(prepared + plan.constant_weights + c * width + h), sum);
      }
      sum.Store(scratch + network.start + h);
    });
    ScaleWeights<V>(
        team, network.inputs, width, scratch + network.scaled_weights,
        [&](uint32_t f, uint32_t h) PACELINE_INLINE_LAMBDA {
          return V::Load(prepared + network.first_weights + f * width + h);
        },
        [&](uint32_t f) PACELINE_INLINE_LAMBDA {
          return Normalizer(SquaresOf(f), static_cast<float>(tensor.size));
        });
  }

  // To the 16 running sums of each unit of the last hidden layer, in the elements' order.
  template <class V, class Team>
  PACELINE_LANE void AddActivations(const Team& team, uint32_t count, float* totals) const {
    constexpr uint32_t kParts = kLaneGroup / V::kLanes;
    lane::ForEach(team, size_t{plan.network.hidden} * kParts, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const size_t h = i / kParts, part = i % kParts * V::kLanes;
      const float* own = scratch + plan.activations + h * kRnnMlpChunk + part;
      V sum = V::Load(totals + h * kLaneGroup + part);
      for (uint32_t at = 0; at < count; at += kLaneGroup) sum = sum + V::Load(own + at);
      sum.Store(totals + h * kLaneGroup + part);
    });
  }

  template <class V>
  struct Network {
    const RnnMlpTensor& t;
    uint32_t chunk;

    template <int kGroups>
    PACELINE_LANE void Groups(const uint32_t* places) const {
      t.RunGroups<V, kGroups>(chunk, places);
    }
  };

  template <class V>
  PACELINE_LANE void FillFeatures(uint32_t at, size_t stride, float* features) const {
    const V p = Parameter<V>(at);
    Gradient<V>(at).Store(features);
    p.Store(features + stride);
    LogOf(p).Store(features + 2 * stride);
    const uint32_t decays = plan.decay_count;
    for (uint32_t k = 0; k < decays; ++k) {
      const V m = V::Load(momenta + size_t{k} * padded() + at);
      const V v = V::Load(seconds + size_t{k} * padded() + at);
      const V inverse = InverseRoot(v, at);
      m.Store(features + (3 + k) * stride);
      v.Store(features + (3 + decays + k) * stride);
      (m * inverse).Store(features + (3 + 2 * decays + k) * stride);
      inverse.Store(features + (3 + 3 * decays + k) * stride);
    }
  }

  // kGroups lane groups, group g at chunk + places[g].
  template <class V, int kGroups>
  PACELINE_LANE_CALL void RunGroups(uint32_t chunk, const uint32_t* places) const {
    constexpr size_t kStride = size_t{kGroups} * size_t{V::kLanes};
    constexpr size_t kMostInputs = 3 + 4 * kRnnMlpMaxDecays;
    const NetworkPlan& network = plan.network;
    const size_t width = network.padded_hidden, hidden = network.hidden;
    const size_t outputs = 2 + plan.from_mlp;
    alignas(64) float features[kMostInputs * kStride];
    alignas(64) float buffers[2][kWidest<V, kGroups> * kStride];
    float* from = buffers[0];
    float* to = buffers[1];
    for (int g = 0; g < kGroups; ++g) {
      FillFeatures<V>(chunk + places[g], kStride, features + g * V::kLanes);
    }
    V direction[kGroups];
    lane::Wide<V, kGroups> magnitude;
    const float* last_bias = prepared + network.last_bias;
    for (int g = 0; g < kGroups; ++g) {
      direction[g] = V::Set(last_bias[0]);
      magnitude.part[g] = V::Set(last_bias[1]);
    }
    const auto to_hidden = [&](size_t h, int g, V value) PACELINE_INLINE_LAMBDA {
      value.Store(to + h * kStride + static_cast<size_t>(g) * V::kLanes);
    };
    const auto hidden_input = [&](size_t f, int g) PACELINE_INLINE_LAMBDA {
      return V::Load(from + f * kStride + static_cast<size_t>(g) * V::kLanes);
    };
    const float* weights = prepared + network.middle_weights;
    const float* bias = prepared + network.middle_biases;
    const auto from_bias = [&](size_t h, int) PACELINE_INLINE_LAMBDA { return V::Set(bias[h]); };
    Dense<V, kGroups>(
        scratch + network.scaled_weights, width, network.inputs, hidden,
        [&](size_t f, int g) PACELINE_INLINE_LAMBDA {
          return V::Load(features + f * kStride + static_cast<size_t>(g) * V::kLanes);
        },
        [&](size_t h, int) PACELINE_INLINE_LAMBDA { return V::Set(scratch[network.start + h]); },
        to_hidden);
    for (uint32_t layer = 1; layer < network.layers; ++layer) {
      float* const written = to;
      to = from;
      from = written;
      Dense<V, kGroups>(weights, width, hidden, hidden, hidden_input, from_bias, to_hidden);
      weights += hidden * width;
      bias += width;
    }
    const float* last = prepared + network.last_weights;
    for (size_t h = 0; h < hidden; ++h, last += outputs) {
      for (int g = 0; g < kGroups; ++g) {
        const V value = V::Load(to + h * kStride + static_cast<size_t>(g) * V::kLanes);
        direction[g] = Fma(V::Set(last[0]), value, direction[g]);
        magnitude.part[g] = Fma(V::Set(last[1]), value, magnitude.part[g]);
        (value * Mask<V>(chunk + places[g]))
            .Store(scratch + plan.activations + h * kRnnMlpChunk + places[g]);
      }
    }
    const auto scale = Exp(magnitude * lane::Wide<V, kGroups>::Set(network.exp_multiplier));
    for (int g = 0; g < kGroups; ++g) {
      const uint32_t at = chunk + places[g];
      const V step = direction[g] * V::Set(network.step_multiplier);
      StoreElements(Fnma(step, scale.part[g], Parameter<V>(at)), parameters, at, tensor.size);
    }
  }
};

}  // namespace paceline
