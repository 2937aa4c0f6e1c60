// What the families with adafac_mlp's features take.
#pragma once

#include <vector>

#include "common/lopt/adafac_mlp/plan.h"
#include "common/lopt/flop_counts.h"

namespace paceline {

// `step`: what is made of the network's outputs of an element.
template <class Config>
double AdafacFlops(const Config& config, const std::vector<ParameterTensor>& tensors,
                   double outputs, double step) {
  const NetworkFlops network = NetworkOf(config, outputs);
  const FeatureRows rows = RowsOf(config);
  step += StabilityFlops(config) + CurvatureFlops(CurvatureNeedsOf(config), rows, network.first());
  double flops = rows.time == kNoRow ? 0 : network.time();
  for (const ParameterTensor& tensor : tensors) {
    flops += AdafacTensorFlops(tensor.shape, network, AdafacColumnsOf(rows), step);
  }
  return flops;
}

// Momenta and second moment.
template <class Config>
double AdafacAccumulators(const Config& config) {
  return kAdafacDecays + 1 + CurvatureAccumulators(CurvatureNeedsOf(config));
}

}  // namespace paceline
