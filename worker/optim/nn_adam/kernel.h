// NNAdam (reference 2.5): Adam, and an LSTM for each tensor that moves its hyper-parameters for the
// next step.
#pragma once

#include "common/lane/portable_math.h"
#include "common/lopt/nn_adam/plan.h"
#include "worker/optim/inner_step.h"
#include "worker/optim/parts/lstm_kernel.h"
#include "worker/optim/parts/tensor_statistics_kernel.h"

namespace paceline {

struct NnAdamKernel {
  template <class V, class Team>
  static PACELINE_LANE void Prepare(const NnAdamPlan& plan, const float* theta, float* prepared,
                                    const Team& team) {
    PrepareLstm<V>(team, plan.lstm, theta, prepared);
    PackDense<V>(team, plan.controls, theta + plan.controls_weight_leaf,
                 theta + plan.controls_bias_leaf, kNnAdamControls, prepared);
    lane::ForEach(team, kNnAdamControls, [&](size_t i) PACELINE_INLINE_LAMBDA {
      prepared[plan.initial_controls + i] = theta[plan.initial_leaves[i]];
    });
    team.Sync();
  }

  template <class V, class Team>
  static PACELINE_LANE void InitState(const NnAdamPlan& plan, const float* prepared, float* state,
                                      const Team& team) {
    const size_t moments = plan.lstm.hidden_state;  // they come first
    lane::ForEach(team, moments, [&](size_t i) PACELINE_INLINE_LAMBDA { state[i] = 0.0f; });
    InitLstmState(team, plan.lstm, plan.tensor_count, prepared, state);
    lane::ForEach(
        team, size_t{plan.tensor_count} * kNnAdamControls, [&](size_t i) PACELINE_INLINE_LAMBDA {
          state[plan.controls_state + i] = prepared[plan.initial_controls + i % kNnAdamControls];
        });
    team.Sync();
  }

  template <class V, class Team>
  static PACELINE_LANE void Update(const NnAdamPlan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* state,
                                   float* scratch, const Team& team) {
    const float* controls = state + plan.controls_state;
    lane::ForEach(team, plan.tensor_count, [&](size_t i) {
      FindRates(controls + i * kNnAdamControls, scratch + plan.rates + i * kRates);
    });
    team.Sync();
    for (uint32_t i = 0; i < plan.tensor_count; ++i) {
      const TensorPlan& tensor = plan.tensors[i];
      const Arrays arrays = {.tensor = tensor,
                             .gradient = step.gradient + tensor.offset,
                             .parameters = parameters + tensor.offset,
                             .first = state + tensor.state,
                             .second = state + tensor.state + tensor.padded_size(),
                             .rates = scratch + plan.rates + size_t{i} * kRates,
                             .totals = scratch + plan.totals + size_t{i} * kTotals};
      MoveMoments<V>(arrays, scratch + plan.sums, team);
      MoveParameters<V>(arrays, scratch + plan.sums, team);
    }
    MoveControls<V>(plan, prepared, state, scratch, team);
  }

 private:
  // Of one tensor, as floats in scratch.
  enum Rate { kFactor, kEpsilon, kBeta1, kOneMinusBeta1, kBeta2, kOneMinusBeta2, kRates = 8 };
  enum Total {
    kGradient,
    kAbsGradient,
    kFirst,
    kParameter,
    kSecond,
    kMeans,
    kGradientSpread = kMeans,
    kFirstSpread,
    kParameterSpread,
    kSecondSpread,
    kSpreads = 4,
    kTotals = 16
  };

  struct Arrays {
    const TensorPlan& tensor;
    const float* gradient;
    float* parameters;
    float* first;
    float* second;
    const float* rates;
    float* totals;
  };

  static PACELINE_LANE double Clip(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
  }

  static PACELINE_LANE void FindRates(const float* controls, float* rates) {
    const double rate = Clip(PortableExp(10.0 * static_cast<double>(controls[0])), 1e-8, 1e3);
    const double epsilon = Clip(PortableExp(10.0 * static_cast<double>(controls[3])), 1e-11, 1e4);
    rates[kFactor] = static_cast<float>(rate * (1 + epsilon));
    rates[kEpsilon] = static_cast<float>(epsilon);
    for (int k = 0; k < 2; ++k) {
      const double rest = PortableExp(Clip(10.0 * static_cast<double>(controls[1 + k]), -10, 0));
      rates[kBeta1 + 2 * k] = static_cast<float>(1 - rest);
      rates[kOneMinusBeta1 + 2 * k] = static_cast<float>(rest);
    }
  }

  template <class V>
  static PACELINE_LANE V ClippedGradient(const Arrays& t, uint32_t at) {
    return ClipTo(V::Set(1000.0f), LoadElements<V>(t.gradient, at, t.tensor.size));
  }

  template <class V, class Team>
  static PACELINE_LANE void MoveMoments(const Arrays& t, float* sums_scratch, const Team& team) {
    SumElements<V, kMeans>(team, t.tensor.padded_size(), sums_scratch, t.totals,
                           [&](uint32_t at, V* sums) PACELINE_INLINE_LAMBDA {
                             const V g = ClippedGradient<V>(t, at);
                             const V m = Fma(V::Set(t.rates[kOneMinusBeta1]), g,
                                             V::Set(t.rates[kBeta1]) * V::Load(t.first + at));
                             const V v = Fma(V::Set(t.rates[kOneMinusBeta2]), g * g,
                                             V::Set(t.rates[kBeta2]) * V::Load(t.second + at));
                             m.Store(t.first + at);
                             v.Store(t.second + at);
                             sums[kGradient] = sums[kGradient] + g;
                             sums[kAbsGradient] = sums[kAbsGradient] + Abs(g);
                             sums[kFirst] = sums[kFirst] + m;
                             sums[kParameter] = sums[kParameter] +
                                                LoadElements<V>(t.parameters, at, t.tensor.size);
                             sums[kSecond] = sums[kSecond] + v;
                           });
  }

  // The step, and the squared distances from the means before it.
  template <class V, class Team>
  static PACELINE_LANE void MoveParameters(const Arrays& t, float* sums_scratch, const Team& team) {
    const auto mean = [&](Total total) PACELINE_INLINE_LAMBDA {
      return V::Set(t.totals[total] / static_cast<float>(t.tensor.size));
    };
    const V g_mean = mean(kGradient), m_mean = mean(kFirst), p_mean = mean(kParameter),
            v_mean = mean(kSecond);
    SumElements<V, kSpreads>(team, t.tensor.padded_size(), sums_scratch, t.totals + kGradientSpread,
                             [&](uint32_t at, V* sums) PACELINE_INLINE_LAMBDA {
                               const V mask = MaskOf<V>(at, t.tensor.size);
                               const V p = LoadElements<V>(t.parameters, at, t.tensor.size);
                               const V m = V::Load(t.first + at), v = V::Load(t.second + at);
                               AddSquareOf(ClippedGradient<V>(t, at) - g_mean, mask, sums[0]);
                               AddSquareOf(m - m_mean, mask, sums[1]);
                               AddSquareOf(p - p_mean, mask, sums[2]);
                               AddSquareOf(v - v_mean, mask, sums[3]);
                               const V root = Sqrt(v + V::Set(1e-10f)) + V::Set(t.rates[kEpsilon]);
                               const V scale = V::Set(t.rates[kFactor]) / root;
                               StoreElements(Fnma(scale, m, p), t.parameters, at, t.tensor.size);
                             });
  }

  static PACELINE_LANE float Magnitude(float x) { return 0.5f * ClippedLog(x); }

  // In the order of the library's keys.
  static PACELINE_LANE void FillInputs(const TensorPlan& tensor, const float* controls,
                                       const float* totals, float* inputs) {
    const float size = static_cast<float>(tensor.size);
    const auto scaled = [&](int i) PACELINE_INLINE_LAMBDA {
      return 0.2f * ClipTo(lane::Scalar::Set(5.0f), lane::Scalar::Set(controls[i])).raw;
    };
    uint32_t next = 0;
    const auto add = [&](float x) PACELINE_INLINE_LAMBDA { inputs[next++] = x; };
    const auto add_mean = [&](Total total, bool sign) PACELINE_INLINE_LAMBDA {
      add(Magnitude(totals[total] / size));
      if (sign) add(SignOf(totals[total] / size));
    };
    add(scaled(1));
    add(scaled(2));
    add(scaled(3));
    add(tensor.rank == 1 ? 1.0f : -1.0f);
    add(tensor.rank == 0 ? 1.0f : -1.0f);
    add(scaled(0));
    add_mean(kGradient, true);
    add_mean(kAbsGradient, false);
    add_mean(kFirst, true);
    add_mean(kParameter, true);
    add_mean(kSecond, true);
    add_mean(kGradientSpread, false);
    add_mean(kFirstSpread, false);
    add_mean(kParameterSpread, false);
    add_mean(kSecondSpread, false);
  }

  template <class V, class Team>
  static PACELINE_LANE void MoveControls(const NnAdamPlan& plan, const float* prepared,
                                         float* state, float* scratch, const Team& team) {
    const LstmPlan& lstm = plan.lstm;
    const uint32_t tensors = plan.tensor_count;
    float* controls = state + plan.controls_state;
    lane::ForEach(team, tensors, [&](size_t i) {
      FillInputs(plan.tensors[i], controls + i * kNnAdamControls,
                 scratch + plan.totals + i * kTotals, scratch + lstm.rows + i * lstm.row_stride);
    });
    RunLstm<V>(team, lstm, tensors, prepared, state, scratch);
    float* outputs = scratch + plan.outputs;
    const float* hidden = scratch + lstm.new_hidden;
    Multiply<V>(team, plan.controls, prepared, hidden, lstm.padded_hidden, tensors, outputs,
                plan.controls.columns);
    KeepLstmState<V>(team, lstm, tensors, 1.0f, hidden, scratch + lstm.new_cell, state);
    lane::ForEach(team, size_t{tensors} * kNnAdamControls, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const size_t tensor = i / kNnAdamControls, k = i % kNnAdamControls;
      // Tenths of the logarithms of 1e-8 and 1e3; of 1e-11 and 1e4; of e^-10 and 1.
      const float low = k == 0 ? -1.84206807f : k == 3 ? -2.53284360f : -1.0f;
      const float high = k == 0 ? 0.690775528f : k == 3 ? 0.921034037f : 0.0f;
      const float moved =
          controls[i] + plan.output_scale * outputs[tensor * plan.controls.columns + k];
      const float kept =
          moved - plan.decay_strength * (moved - prepared[plan.initial_controls + k]);
      controls[i] = kept < low ? low : kept > high ? high : kept;
    });
    team.Sync();
  }
};

}  // namespace paceline
