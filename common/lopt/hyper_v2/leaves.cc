#include "common/lopt/leaves.h"
#include "common/lopt/hyper_v2/family.h"

namespace paceline {
namespace {

constexpr int64_t kTensorFeatures = 30;
// Columns of the MLPs' input groups, in the library's order.
constexpr int64_t kGroups[] = {1, 1, 1, 3, 1, 3, 1, 3, 1, 3, 3, 3, 3, 3};
constexpr int64_t kElementFeatures = 30;
constexpr int64_t kOutputs = 3;  // direction, magnitude, one that nobody reads

// The bank of MLPs: every leaf has a leading axis [param_inits], which is no fan-in.
void AddBank(const v1::HyperV2& config, std::vector<ThetaLeaf>& leaves) {
  const int64_t bank = config.param_inits(), hidden = config.ff_hidden_size();
  const std::string scope = "ff_mod_stack/~/";
  int64_t group = 0;
  for (const int64_t columns : kGroups) {
    leaves.push_back(WeightLeaf(scope + "w0__" + std::to_string(group++), {bank, columns, hidden},
                                kElementFeatures));
  }
  for (uint32_t i = 0; i <= config.ff_hidden_layers(); ++i) {
    const int64_t outputs = i == config.ff_hidden_layers() ? kOutputs : hidden;
    const std::string layer = std::to_string(i);
    if (i > 0) leaves.push_back(WeightLeaf(scope + "w" + layer, {bank, hidden, outputs}, hidden));
    leaves.push_back(ConstantLeaf(scope + "b" + layer, {bank, outputs}, 0));
  }
}

}  // namespace

std::vector<ThetaLeaf> HyperV2Family::Leaves(const Config& config) {
  const int64_t features = kTensorFeatures + (config.with_validation_feature_dim() ? 1 : 0);
  const int64_t hidden = config.lstm_hidden();
  std::vector<ThetaLeaf> leaves;
  AddBank(config, leaves);
  if (config.mix_layers()) {
    // The first of the three has no effect; it is part of the published θ.
    for (const char* path : {"linear", "linear_1", "linear_2"}) {
      AddLinear(std::string("rnn_params/") + path, features, hidden, leaves);
    }
  }
  AddLstm("rnn_params/rnn/linear", config.mix_layers() ? hidden : features, hidden, leaves);
  AddLinear("rnn_params/rnn_to_controls", hidden, config.param_inits(), leaves);
  AddLinear("rnn_params/step_size", hidden, 1, leaves);
  return leaves;
}

}  // namespace paceline
