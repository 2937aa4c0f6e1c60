#include "common/lopt/leaves.h"

namespace paceline {

std::pair<std::string, std::string> NumberedNames(const std::string& i) {
  return {"nn/~/w" + i, "nn/~/b" + i};
}

std::vector<ThetaLeaf> NetworkLeaves(const NetworkShape& network, LayerNames names) {
  std::vector<ThetaLeaf> leaves;
  for (uint32_t i = 0; i <= network.layers; ++i) {
    const int64_t fan_in = i == 0 ? network.inputs : network.hidden;
    const int64_t fan_out = i == network.layers ? network.outputs : network.hidden;
    const auto [weight, bias] = names(std::to_string(i));
    leaves.push_back(WeightLeaf(weight, {fan_in, fan_out}, fan_in));
    leaves.push_back(ConstantLeaf(bias, {fan_out}, 0));
  }
  return leaves;
}

}  // namespace paceline
