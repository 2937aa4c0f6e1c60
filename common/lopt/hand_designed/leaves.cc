#include "common/lopt/leaves.h"
#include "common/lopt/hand_designed/family.h"

namespace paceline {

std::vector<ThetaLeaf> LearnableSgdFamily::Leaves(const Config& config) {
  return {ConstantLeaf("log_lr", {}, std::log(config.learning_rate()))};
}

std::vector<ThetaLeaf> LearnableSgdmFamily::Leaves(const Config& config) {
  return {ConstantLeaf("log_lr", {}, std::log(config.learning_rate())),
          ConstantLeaf("one_minus_momentum", {}, std::log(1 - config.momentum()))};
}

std::vector<ThetaLeaf> LearnableAdamFamily::Leaves(const Config& config) {
  return {ConstantLeaf("log_lr", {}, std::log(config.learning_rate())),
          ConstantLeaf("one_minus_beta1", {}, std::log(1 - config.beta1())),
          ConstantLeaf("one_minus_beta2", {}, std::log(1 - config.beta2())),
          ConstantLeaf("log_epsilon", {}, std::log(config.epsilon()))};
}

}  // namespace paceline
