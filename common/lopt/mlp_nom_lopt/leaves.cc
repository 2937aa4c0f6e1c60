#include "common/lopt/adafac_mlp/leaves.h"
#include "common/lopt/mlp_nom_lopt/family.h"

namespace paceline {

// Outputs: direction, magnitudes of step, nominal step and weight decay.
std::vector<ThetaLeaf> MlpNomLoptFamily::Leaves(const Config& config) {
  return AdafacLeaves(config, 4);
}

}  // namespace paceline
