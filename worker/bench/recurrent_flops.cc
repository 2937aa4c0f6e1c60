#include "worker/bench/recurrent_flops.h"

#include "common/lopt/layout.h"
#include "worker/bench/flop_counts.h"

namespace paceline {
namespace {

constexpr double kLogFeature = kLog + 4;  // clip(ln(1e-8 + |x|), ±5)
// Ten averages, their corrections and minima, nine features; nine of progress.
constexpr double kLossHistory = 10 * 12 + 9 * 5 + 9 * (kTanh + 2);

double Dense(double inputs, double outputs) { return 2 * inputs * outputs; }

// One row of an LSTM.
double LstmFlops(double inputs, double hidden) {
  return Dense(inputs + hidden, 4 * hidden) + hidden * (3 * kSigmoid + 2 * kTanh + 5);
}

double NnAdamFlops(const v1::NnAdam& config, const std::vector<TensorShape>& tensors) {
  // Clip; m, v; five sums; four spreads; the step.
  constexpr double kElement = 2 + 7 + 6 + 4 * 3 + 8;
  constexpr double kTensor = 11 * kLogFeature + 4 * (kExp + 8);
  const double hidden = config.lstm_hidden();
  double flops = 0;
  for (const TensorShape& shape : tensors) {
    flops += kElement * static_cast<double>(ElementsOf(shape)) + kTensor + LstmFlops(19, hidden) +
             Dense(hidden, 4);
  }
  return flops;
}

double DecaysOf(const v1::RnnMlpLopt& config) {
  return config.decays().empty() ? 5 : config.decays_size();
}

double RnnMlpFlops(const v1::RnnMlpLopt& config, const std::vector<TensorShape>& tensors) {
  const double decays = DecaysOf(config), hidden = config.hidden();
  const double features = 3 + 4 * decays;
  const NetworkFlops network = {hidden, static_cast<double>(config.layers()), kOutputs};
  // Moments, roots, scaled momenta, means, spreads; the gradient's clip, the parameter's logarithm,
  // mean and spread; the network and the sums of its last activations.
  const double element = decays * (7 + kRsqrt + 2 + 2 + 6) + 2 + kLog + 1 + 4 +
                         2 * features * hidden + network.later() + hidden + kUpdate;
  const double constants = 14 + config.lstm_to_ff();
  const double tensor =
      LstmFlops(18 + config.from_lstm() + config.from_mlp(), config.lstm_hidden()) +
      Dense(config.lstm_hidden(), config.from_lstm() + config.lstm_to_ff()) +
      Dense(constants, hidden) + Dense(hidden, config.from_mlp()) + 10 * kLogFeature + 11 * kSinCos;
  double flops = 0;
  for (const TensorShape& shape : tensors) {
    const auto count = static_cast<double>(ElementsOf(shape));
    flops += element * count + NormaliserFlops(features, count, hidden) + tensor;
  }
  return flops;
}

double HyperV2Flops(const v1::HyperV2& config, const std::vector<TensorShape>& tensors) {
  const double features = config.with_validation_feature_dim() ? 31 : 30;
  const double lstm = config.lstm_hidden(), bank = config.param_inits();
  const double hidden = config.ff_hidden_size(), layers = config.ff_hidden_layers();
  const double weights = 31 * hidden + (layers - 1) * (hidden + 1) * hidden + 2 * hidden + 2;
  const double mixing = config.mix_layers() ? Dense(features, 2 * lstm) + 3 * lstm : 0;
  const double tensor = mixing + LstmFlops(config.mix_layers() ? lstm : features, lstm) +
                        Dense(lstm, bank + 1) + Dense(bank, weights) + 7 * kLogFeature;
  // Clips, g·(v + 1e-6)^−½; four means, the parameters' square, six spreads.
  const double element = 5 + 4 + 2 + 6 * 3 + (config.precondition_output() ? 1 : 0);
  const double own = kAdafacElementInputs + 2;
  const AdafacColumns columns = {own, kSideFeatures, own + 2 * kSideFeatures};
  double flops = kLossHistory;
  for (const TensorShape& shape : tensors) {
    flops += AdafacTensorFlops(shape, {hidden, layers, kOutputs}, columns, kUpdate) + tensor +
             element * static_cast<double>(ElementsOf(shape));
  }
  return flops;
}

double ScheduleFlops(const v1::LearnedSchedule& config, const std::vector<TensorShape>& tensors) {
  const bool adam = config.base() == v1::SCHEDULED_OPTIMIZER_ADAM;
  const bool relu = config.activation() == v1::SCHEDULE_ACTIVATION_RELU;
  const double hidden = config.hidden(), layers = config.layers();
  double count = 0;
  for (const TensorShape& shape : tensors) count += static_cast<double>(ElementsOf(shape));
  return kLossHistory + Dense(19, hidden) + (layers - 1) * Dense(hidden, hidden) +
         Dense(hidden, 1) + layers * hidden * (relu ? 1 : kTanh) + kExp + (adam ? 15 : 4) * count;
}

}  // namespace

double RecurrentFlops(const v1::LearnedOptimizer& optimizer,
                      const std::vector<TensorShape>& tensors) {
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kNnAdam:
      return NnAdamFlops(optimizer.nn_adam(), tensors);
    case v1::LearnedOptimizer::kRnnMlpLopt:
      return RnnMlpFlops(optimizer.rnn_mlp_lopt(), tensors);
    case v1::LearnedOptimizer::kHyperV2:
      return HyperV2Flops(optimizer.hyper_v2(), tensors);
    case v1::LearnedOptimizer::kLearnedSchedule:
      return ScheduleFlops(optimizer.learned_schedule(), tensors);
    default:
      return 0;
  }
}

double RecurrentStateOf(const v1::LearnedOptimizer& optimizer) {
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kNnAdam:
      return 2;
    case v1::LearnedOptimizer::kRnnMlpLopt:
      return 2 * DecaysOf(optimizer.rnn_mlp_lopt());
    case v1::LearnedOptimizer::kHyperV2:
      return 4;
    case v1::LearnedOptimizer::kLearnedSchedule:
      return optimizer.learned_schedule().base() == v1::SCHEDULED_OPTIMIZER_ADAM ? 2 : 1;
    default:
      return 0;
  }
}

double RecurrentWeights(const v1::LearnedOptimizer& optimizer) {
  const bool is_recurrent =
      optimizer.has_nn_adam() || optimizer.has_rnn_mlp_lopt() || optimizer.has_hyper_v2();
  return is_recurrent ? static_cast<double>(LayoutOf(optimizer).size) : 0;
}

}  // namespace paceline
