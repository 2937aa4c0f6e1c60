#include "common/lopt/leaves.h"

namespace paceline {

std::vector<ThetaLeaf> LearnableSgdLeaves(const v1::LearnableSgd& config) {
  return {ConstantLeaf("log_lr", {}, std::log(config.learning_rate()))};
}

std::vector<ThetaLeaf> LearnableSgdmLeaves(const v1::LearnableSgdm& config) {
  return {ConstantLeaf("log_lr", {}, std::log(config.learning_rate())),
          ConstantLeaf("one_minus_momentum", {}, std::log(1 - config.momentum()))};
}

std::vector<ThetaLeaf> LearnableAdamLeaves(const v1::LearnableAdam& config) {
  return {ConstantLeaf("log_lr", {}, std::log(config.learning_rate())),
          ConstantLeaf("one_minus_beta1", {}, std::log(1 - config.beta1())),
          ConstantLeaf("one_minus_beta2", {}, std::log(1 - config.beta2())),
          ConstantLeaf("log_epsilon", {}, std::log(config.epsilon()))};
}

}  // namespace paceline
