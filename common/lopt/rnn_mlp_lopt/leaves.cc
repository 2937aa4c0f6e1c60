#include "common/lopt/leaves.h"
#include "common/lopt/rnn_mlp_lopt/family.h"

namespace paceline {
namespace {

// Of the LSTM, without what it is fed back.
constexpr int64_t kRnnMlpTensorInputs = 18;
// Of the MLP, without momenta, second moments and what the LSTM gives.
constexpr int64_t kRnnMlpElementInputs = 3;
constexpr int64_t kRnnMlpDefaultDecays = 5;

// haiku's VarianceScaling makes up for the truncation; the fan-in is the vector's own length.
ThetaLeaf CompensatedLeaf(std::string path, int64_t size) {
  constexpr double kTruncatedStddev = 0.87962566103423978;
  ThetaLeaf leaf = WeightLeaf(std::move(path), {size}, size);
  leaf.initial_stddev /= kTruncatedStddev;
  return leaf;
}

}  // namespace

std::vector<ThetaLeaf> RnnMlpLoptFamily::Leaves(const Config& config) {
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
