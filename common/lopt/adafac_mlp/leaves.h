// The leaves of θ of adafac_mlp and of the families with its features.
#pragma once

#include <vector>

#include "common/lopt/features.h"
#include "common/lopt/leaves.h"

namespace paceline {

// A network on adafac_mlp's features, and their learned decays.
template <class Config>
std::vector<ThetaLeaf> AdafacLeaves(const Config& config, int64_t outputs) {
  std::vector<ThetaLeaf> leaves = NetworkLeaves(
      {RowsOf(config).count, config.hidden(), outputs, config.layers()}, NumberedNames);
  leaves.push_back(ConstantLeaf("momentum_decays", {3}, 0));
  leaves.push_back(ConstantLeaf("rms_decays", {1}, 0));
  leaves.push_back(ConstantLeaf("adafactor_decays", {3}, 0));
  return leaves;
}

}  // namespace paceline
