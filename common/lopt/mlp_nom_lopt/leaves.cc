#include "common/lopt/adafac_mlp/leaves.h"

namespace paceline {

// Outputs: direction, magnitudes of step, nominal step and weight decay.
std::vector<ThetaLeaf> MlpNomLoptLeaves(const v1::MlpNomLopt& config) {
  return AdafacLeaves(config, 4);
}

}  // namespace paceline
