#include "common/lopt/adafac_mlp/leaves.h"
#include "common/lopt/adafac_mlp/family.h"

namespace paceline {

std::vector<ThetaLeaf> AdafacMlpFamily::Leaves(const Config& config) {
  return AdafacLeaves(config, 2);
}
std::vector<ThetaLeaf> MuAdafacMlpFamily::Leaves(const Config& config) {
  return AdafacLeaves(config, 2);
}

}  // namespace paceline
