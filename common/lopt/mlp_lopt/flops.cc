#include "common/lopt/flop_counts.h"
#include "common/lopt/mlp_lopt/family.h"

namespace paceline {

double MlpLoptFamily::Flops(const Config& config, const std::vector<ParameterTensor>& tensors) {
  const FeatureRows rows = RowsOf(config);
  const NetworkFlops network = NetworkOf(config, 2);
  const double features = ChosenOf(rows.own);
  const double each = 3 * kMlpLoptMomenta + 2 * features * network.first() + network.later() +
                      kUpdate + StabilityFlops(config) +
                      CurvatureFlops(CurvatureNeedsOf(config), rows, network.first());
  double flops = rows.time == kNoRow ? 0 : network.time();
  for (const ParameterTensor& tensor : tensors) {
    const auto count = static_cast<double>(tensor.size);
    flops += each * count + NormaliserFlops(features, count, network.first());
  }
  return flops;
}

double MlpLoptFamily::Accumulators(const Config& config, const ParameterTensor&) {
  return kMlpLoptMomenta + CurvatureAccumulators(CurvatureNeedsOf(config));
}

}  // namespace paceline
