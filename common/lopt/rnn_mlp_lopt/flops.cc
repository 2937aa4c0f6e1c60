#include "common/lopt/flop_counts.h"
#include "common/lopt/rnn_mlp_lopt/family.h"

namespace paceline {
namespace {

double DecaysOf(const v1::RnnMlpLopt& config) {
  return config.decays().empty() ? 5 : config.decays_size();
}

}  // namespace

double RnnMlpLoptFamily::Flops(const Config& config, const std::vector<ParameterTensor>& tensors) {
  const double decays = DecaysOf(config), hidden = config.hidden();
  const double features = 3 + 4 * decays;
  const NetworkFlops network = {hidden, static_cast<double>(config.layers()), 2};
  // Moments, roots, scaled momenta, means, spreads; the gradient's clip, the parameter's logarithm,
  // mean and spread; the network and the sums of its last activations.
  const double element = decays * (7 + kRsqrt + 2 + 2 + 6) + 2 + kLog + 1 + 4 +
                         2 * features * hidden + network.later() + hidden + kUpdate;
  const double constants = 14 + config.lstm_to_ff();
  const double each = LstmFlops(18 + config.from_lstm() + config.from_mlp(), config.lstm_hidden()) +
                      DenseFlops(config.lstm_hidden(), config.from_lstm() + config.lstm_to_ff()) +
                      DenseFlops(constants, hidden) + DenseFlops(hidden, config.from_mlp()) +
                      10 * kLogFeature + 11 * kSinCos;
  double flops = 0;
  for (const ParameterTensor& tensor : tensors) {
    const auto count = static_cast<double>(tensor.size);
    flops += element * count + NormaliserFlops(features, count, hidden) + each;
  }
  return flops;
}

double RnnMlpLoptFamily::Accumulators(const Config& config, const ParameterTensor&) {
  return 2 * DecaysOf(config);
}

}  // namespace paceline
