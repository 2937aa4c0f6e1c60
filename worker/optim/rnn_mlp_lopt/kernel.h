// RNNMLPLOpt (reference 2.6).
#pragma once

#include "worker/optim/parts/lstm_kernel.h"
#include "worker/optim/rnn_mlp_lopt/tensor_kernel.h"

namespace paceline {

struct RnnMlpKernel {
  template <class V, class Team>
  static PACELINE_LANE void Prepare(const RnnMlpPlan& plan, const float* theta, float* prepared,
                                    const Team& team) {
    PrepareLstm<V>(team, plan.lstm, theta, prepared);
    PackDense<V>(team, plan.to_network, theta + plan.to_network_weight_leaf,
                 theta + plan.to_network_bias_leaf, plan.lstm_to_ff, prepared);
    PackDense<V>(team, plan.to_tensors, theta + plan.to_tensors_weight_leaf,
                 theta + plan.to_tensors_bias_leaf, plan.from_lstm, prepared);
    const auto copy = [&](uint32_t leaf, uint32_t count, uint32_t to) PACELINE_INLINE_LAMBDA {
      PadRows(team, theta + leaf, 1, count, count, prepared + to);
    };
    copy(plan.from_mlp_leaf, plan.from_mlp, plan.initial_from_mlp);
    copy(plan.from_lstm_leaf, plan.from_lstm, plan.initial_from_lstm);
    const NetworkPlan& network = plan.network;
    const uint32_t hidden = network.hidden, width = network.padded_hidden;
    const auto pad = [&](const float* from, uint32_t rows, uint32_t to) PACELINE_INLINE_LAMBDA {
      PadRows(team, from, rows, hidden, width, prepared + to);
    };
    const float* first = theta + network.weight_leaf[0];
    pad(first, network.inputs, network.first_weights);
    pad(first + network.inputs * hidden, plan.constants, plan.constant_weights);
    pad(theta + network.bias_leaf[0], 1, network.first_bias);
    for (uint32_t i = 1; i < network.layers; ++i) {
      pad(theta + network.weight_leaf[i], hidden,
          network.middle_weights + (i - 1) * hidden * width);
      pad(theta + network.bias_leaf[i], 1, network.middle_biases + (i - 1) * width);
    }
    const uint32_t outputs = 2 + plan.from_mlp;
    copy(network.weight_leaf[network.layers], hidden * outputs, network.last_weights);
    copy(network.bias_leaf[network.layers], outputs, network.last_bias);
    team.Sync();
  }

  template <class V, class Team>
  static PACELINE_LANE void InitState(const RnnMlpPlan& plan, const float* prepared, float* state,
                                      const Team& team) {
    const size_t moments = plan.lstm.hidden_state;  // they come first
    lane::ForEach(team, moments, [&](size_t i) PACELINE_INLINE_LAMBDA { state[i] = 0.0f; });
    InitLstmState(team, plan.lstm, plan.tensor_count, prepared, state);
    lane::ForEach(
        team, size_t{plan.tensor_count} * plan.from_mlp, [&](size_t i) PACELINE_INLINE_LAMBDA {
          state[plan.from_mlp_state + i] = prepared[plan.initial_from_mlp + i % plan.from_mlp];
        });
    lane::ForEach(team, plan.from_lstm, [&](size_t i) PACELINE_INLINE_LAMBDA {
      state[plan.from_lstm_state + i] = prepared[plan.initial_from_lstm + i];
    });
    lane::ForEach(team, 1, [&](size_t) { InitRnnMlpScalars(state + plan.scalars_state); });
    team.Sync();
  }

  template <class V, class Team>
  static PACELINE_LANE void Update(const RnnMlpPlan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* state,
                                   float* scratch, const Team& team) {
    float* scalars = state + plan.scalars_state;
    if (step.is_valid) {
      lane::ForEach(team, 1, [&](size_t) { MoveValidLoss(scalars, step.loss); });
      team.Sync();
      return;
    }
    lane::ForEach(team, 1,
                  [&](size_t) { MoveTrainLoss(scalars, step.loss, scratch + plan.scalars); });
    team.Sync();
    const auto tensor = [&](uint32_t i) PACELINE_INLINE_LAMBDA {
      const TensorPlan& own = plan.tensors[i];
      float* momenta = state + own.state;
      return RnnMlpTensor{
          .plan = plan,
          .tensor = own,
          .gradient = step.gradient + own.offset,
          .parameters = parameters + own.offset,
          .momenta = momenta,
          .seconds = momenta + size_t{plan.decay_count} * own.padded_size(),
          .limit = scratch[plan.scalars + kGradientLimit],
          .statistics = scratch + plan.statistics + size_t{i} * plan.statistics_stride,
          .prepared = prepared,
          .scratch = scratch};
    };
    for (uint32_t i = 0; i < plan.tensor_count; ++i) tensor(i).template Move<V>(team);
    lane::ForEach(team, plan.tensor_count, [&](size_t i) {
      FillInputs(tensor(static_cast<uint32_t>(i)), state + plan.from_lstm_state,
                 state + plan.from_mlp_state + i * plan.from_mlp, scratch + plan.scalars,
                 scratch + plan.lstm.rows + i * plan.lstm.row_stride);
    });
    lane::ForEach(team, 1, [&](size_t) { MoveSize(plan, scratch, scalars); });
    RunLstms<V>(plan, prepared, state, scratch, team);
    for (uint32_t i = 0; i < plan.tensor_count; ++i) {
      tensor(i).template Step<V>(
          team, scratch + plan.network_inputs + size_t{i} * plan.to_network.columns, step.iteration,
          state + plan.from_mlp_state + size_t{i} * plan.from_mlp);
    }
  }

 private:
  static PACELINE_LANE void MoveSize(const RnnMlpPlan& plan, const float* scratch, float* scalars) {
    double sum = 0;
    for (uint32_t i = 0; i < plan.tensor_count; ++i) {
      const float squares =
          scratch[plan.statistics + size_t{i} * plan.statistics_stride + kSquaredGradient];
      sum += static_cast<double>(squares) / plan.tensors[i].size;
    }
    MoveGradientSize(scalars, sum / plan.tensor_count);
  }

  // In the order of the library's keys.
  static PACELINE_LANE void FillInputs(const RnnMlpTensor& t, const float* from_lstm,
                                       const float* from_mlp, const float* now, float* inputs) {
    using lane::Scalar;
    const TensorPlan& tensor = t.tensor;
    const float size = static_cast<float>(tensor.size);
    uint32_t next = 0;
    const auto add = [&](float x) PACELINE_INLINE_LAMBDA { inputs[next++] = x; };
    for (uint32_t i = 0; i < t.plan.from_lstm; ++i) add(from_lstm[i]);
    for (uint32_t i = 0; i < t.plan.from_mlp; ++i) add(from_mlp[i]);
    const float m_mean = t.Mean(kSumMomentum), v_mean = t.Mean(kSumSecond);
    const float p_mean = t.statistics[kSumParameter] / size;
    add(ClippedLog(::sqrtf(t.statistics[kSquaredGradient])));
    add(tensor.rank == 0 ? 1.0f : -1.0f);
    add(ClippedLog(m_mean));
    add(SignOf(m_mean));
    add(ClippedLog(v_mean));
    add(SignOf(v_mean));
    add(ClippedLog(p_mean));
    add(SignOf(p_mean));
    add(ClippedLog(::sqrtf(t.statistics[kSquaredParameter])));
    for (uint32_t axis = 0; axis < 4; ++axis) {
      const uint32_t length = axis < tensor.rank ? tensor.shape[axis] : 1;
      add(Log(Scalar::Set(static_cast<float>(length))).raw - 1.0f);
    }
    add(now[kTrainFeature]);
    add(now[kValidFeature]);
    add(ClippedLog(t.Mean(kMomentumSpread)));
    add(ClippedLog(t.Mean(kSecondSpread)));
    add(ClippedLog(t.statistics[kParameterSpread] / size));
  }

  template <class V, class Team>
  static PACELINE_LANE void RunLstms(const RnnMlpPlan& plan, const float* prepared, float* state,
                                     float* scratch, const Team& team) {
    const LstmPlan& lstm = plan.lstm;
    const uint32_t tensors = plan.tensor_count, width = lstm.padded_hidden;
    RunLstm<V>(team, lstm, tensors, prepared, state, scratch);
    const float* hidden = scratch + lstm.new_hidden;
    KeepLstmState<V>(team, lstm, tensors, 1.0f, hidden, scratch + lstm.new_cell, state);
    const uint32_t columns = plan.to_tensors.columns;
    float* outputs = scratch + plan.tensor_outputs;
    Multiply<V>(team, plan.to_network, prepared, hidden, width, tensors,
                scratch + plan.network_inputs, plan.to_network.columns);
    Multiply<V>(team, plan.to_tensors, prepared, hidden, width, tensors, outputs, columns);
    lane::ForEach(team, plan.from_lstm, [&](size_t i) PACELINE_INLINE_LAMBDA {
      float sum = 0;
      for (uint32_t t = 0; t < tensors; ++t) sum += outputs[size_t{t} * columns + i];
      state[plan.from_lstm_state + i] = sum / static_cast<float>(tensors);
    });
    team.Sync();
  }
};

}  // namespace paceline
