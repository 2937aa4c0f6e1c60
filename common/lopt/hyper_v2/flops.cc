#include "common/lopt/flop_counts.h"
#include "common/lopt/hyper_v2/family.h"

namespace paceline {

double HyperV2Family::Flops(const Config& config, const std::vector<ParameterTensor>& tensors) {
  const double features = config.with_validation_feature_dim() ? 31 : 30;
  const double lstm = config.lstm_hidden(), bank = config.param_inits();
  const double hidden = config.ff_hidden_size(), layers = config.ff_hidden_layers();
  const double weights = 31 * hidden + (layers - 1) * (hidden + 1) * hidden + 2 * hidden + 2;
  const double mixing = config.mix_layers() ? DenseFlops(features, 2 * lstm) + 3 * lstm : 0;
  const double each = mixing + LstmFlops(config.mix_layers() ? lstm : features, lstm) +
                      DenseFlops(lstm, bank + 1) + DenseFlops(bank, weights) + 7 * kLogFeature;
  // Clips, g·(v + 1e-6)^−½; four means, the parameters' square, six spreads.
  const double element = 5 + 4 + 2 + 6 * 3 + (config.precondition_output() ? 1 : 0);
  const double own = kAdafacElementInputs + 2;
  const AdafacColumns columns = {own, kSideFeatures, own + 2 * kSideFeatures};
  double flops = kLossHistoryFlops;
  for (const ParameterTensor& tensor : tensors) {
    flops += AdafacTensorFlops(tensor.shape, {hidden, layers, 2}, columns, kUpdate) + each +
             element * static_cast<double>(tensor.size);
  }
  return flops;
}

double HyperV2Family::Accumulators(const Config&, const ParameterTensor&) {
  return kAdafacDecays + 1;
}

}  // namespace paceline
