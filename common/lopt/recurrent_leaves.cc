#include "common/lopt/leaves.h"

namespace paceline {
namespace {

constexpr int64_t kNnAdamInputs = 19;
// Of the LSTM, without what it is fed back.
constexpr int64_t kRnnMlpTensorInputs = 18;
// Of the MLP, without momenta, second moments and what the LSTM gives.
constexpr int64_t kRnnMlpElementInputs = 3;
constexpr int64_t kRnnMlpTimeInputs = 11;
constexpr int64_t kRnnMlpSizeInputs = 3;
constexpr int64_t kRnnMlpDefaultDecays = 5;

// haiku's VarianceScaling makes up for the truncation; the fan-in is the vector's own length.
ThetaLeaf CompensatedLeaf(std::string path, int64_t size) {
  constexpr double kTruncatedStddev = 0.87962566103423978;
  ThetaLeaf leaf = WeightLeaf(std::move(path), {size}, size);
  leaf.initial_stddev /= kTruncatedStddev;
  return leaf;
}

}  // namespace

std::vector<ThetaLeaf> NnAdamLeaves(const v1::NnAdam& config) {
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

std::vector<ThetaLeaf> RnnMlpLoptLeaves(const v1::RnnMlpLopt& config) {
  const int64_t decays = config.decays().empty() ? kRnnMlpDefaultDecays : config.decays_size();
  const int64_t inputs = kRnnMlpElementInputs + 4 * decays + kRnnMlpTimeInputs + kRnnMlpSizeInputs +
                         config.lstm_to_ff();
  std::vector<ThetaLeaf> leaves = {CompensatedLeaf("initial_from_lstm", config.from_lstm()),
                                   CompensatedLeaf("initial_from_mlp", config.from_mlp())};
  for (uint32_t i = 0; i <= config.layers(); ++i) {
    AddLinear("ffmod_params/mlp/~/linear_" + std::to_string(i), i == 0 ? inputs : config.hidden(),
              i == config.layers() ? 2 + config.from_mlp() : config.hidden(), leaves);
  }
  AddLstm("rnn_params/rnn/linear", kRnnMlpTensorInputs + config.from_lstm() + config.from_mlp(),
          config.lstm_hidden(), leaves);
  AddLinear("rnn_to_ff_params/rnn_to_ff", config.lstm_hidden(), config.lstm_to_ff(), leaves);
  AddLinear("rnn_to_in_params/rnn_to_in", config.lstm_hidden(), config.from_lstm(), leaves);
  return leaves;
}

}  // namespace paceline
