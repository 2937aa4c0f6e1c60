// What the per-parameter networks have in common on R runs: which features they see, clipped
// gradients, steps of a given size.
#pragma once

#include <vector>

#include "common/lopt/curvature.h"
#include "common/lopt/features.h"
#include "worker/reference/curvature.h"
#include "worker/reference/network.h"

namespace paceline {

// A family's config, without its own rule.
struct PerParameterSettings {
  uint32_t layers;
  double step_multiplier, exp_multiplier;
  FeatureRows rows;
  double curvature_decay;
  v1::Clip clip;
  v1::UpdateRms update_rms;
};
template <class Config>
PerParameterSettings SettingsOf(const v1::LearnedOptimizer& config, const Config& own) {
  return {own.layers(),    own.step_multiplier(),     own.exp_multiplier(),
          RowsOf(own),     CurvatureOf(config).decay, own.clip(),
          own.update_rms()};
}

// Leaves prefix0suffix, prefix1suffix, ... of layers + 1 layers.
std::vector<NetworkLeaves> LayersOf(uint32_t layers, const NetworkLeaves& prefix,
                                    const std::string& suffix_of_weights,
                                    const std::string& suffix_of_biases);

// Of all columns [run, column, element] those that have a row, then the extra ones if any.
at::Tensor ChosenColumns(const at::Tensor& all, const std::vector<uint8_t>& rows,
                         const at::Tensor& extra);

// The gradients [run, shape...] of all tensors.
std::vector<at::Tensor> Clipped(const v1::Clip& clip, const std::vector<at::Tensor>& gradients);
// step [run, 1, element] of one tensor: step·learning_rate/(its rms + epsilon), or as it is.
at::Tensor Sized(const v1::UpdateRms& update, const at::Tensor& step);

}  // namespace paceline
