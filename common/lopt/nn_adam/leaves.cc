#include "common/lopt/leaves.h"
#include "common/lopt/nn_adam/family.h"

namespace paceline {

std::vector<ThetaLeaf> NnAdamFamily::Leaves(const Config& config) {
  std::vector<ThetaLeaf> leaves = {
      ConstantLeaf("per_layer_lr", {}, 0.1 * std::log(config.learning_rate())),
      ConstantLeaf("per_layer_beta1", {}, 0.1 * std::log(1 - config.beta1())),
      ConstantLeaf("per_layer_beta2", {}, 0.1 * std::log(1 - config.beta2())),
      ConstantLeaf("per_layer_epsilon", {}, 0.1 * std::log(config.epsilon())),
      ConstantLeaf("rnn_to_controls_params/rnn_to_controls/w", {config.lstm_hidden(), 4}, 0),
      ConstantLeaf("rnn_to_controls_params/rnn_to_controls/b", {4}, 0)};
  AddLstm("rnn_params/rnn/linear", kNnAdamInputs, config.lstm_hidden(), leaves);
  return leaves;
}

}  // namespace paceline
