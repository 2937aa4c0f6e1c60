#include "common/lopt/leaves.h"

#include "common/lopt/sign_momentum/family.h"

namespace paceline {

std::vector<ThetaLeaf> SignMomentumFamily::Leaves(const Config& config) {
  return {ConstantLeaf("log_lr", {}, std::log(config.learning_rate())),
          ConstantLeaf("one_minus_beta1", {}, std::log(1 - config.beta1())),
          ConstantLeaf("one_minus_beta2", {}, std::log(1 - config.beta2())),
          ConstantLeaf("log_epsilon", {}, std::log(config.epsilon()))};
}

}  // namespace paceline
