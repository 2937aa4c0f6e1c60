#include "common/lopt/adafac_mlp/leaves.h"

namespace paceline {

std::vector<ThetaLeaf> AdafacMlpLeaves(const v1::AdafacMlp& config) {
  return AdafacLeaves(config, 2);
}
std::vector<ThetaLeaf> MuAdafacMlpLeaves(const v1::MuAdafacMlp& config) {
  return AdafacLeaves(config, 2);
}

}  // namespace paceline
