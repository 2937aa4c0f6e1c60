#include "common/lopt/features.h"
#include "common/lopt/leaves.h"

namespace paceline {
namespace {

// Weight and bias paths of layer i.
using LayerPaths = std::pair<std::string, std::string> (*)(const std::string& i);

struct Network {
  int64_t inputs, hidden, outputs;
  uint32_t layers;
};

std::vector<ThetaLeaf> MlpLeaves(const Network& network, LayerPaths paths) {
  std::vector<ThetaLeaf> leaves;
  for (uint32_t i = 0; i <= network.layers; ++i) {
    const int64_t fan_in = i == 0 ? network.inputs : network.hidden;
    const int64_t fan_out = i == network.layers ? network.outputs : network.hidden;
    const auto [weight, bias] = paths(std::to_string(i));
    leaves.push_back(WeightLeaf(weight, {fan_in, fan_out}, fan_in));
    leaves.push_back(ConstantLeaf(bias, {fan_out}, 0));
  }
  return leaves;
}

std::pair<std::string, std::string> NumberedPaths(const std::string& i) {
  return {"nn/~/w" + i, "nn/~/b" + i};
}

// A network on adafac_mlp's features, and their learned decays.
template <class Config>
std::vector<ThetaLeaf> AdafacLeaves(const Config& config, int64_t outputs) {
  std::vector<ThetaLeaf> leaves =
      MlpLeaves({RowsOf(config).count, config.hidden(), outputs, config.layers()}, NumberedPaths);
  leaves.push_back(ConstantLeaf("momentum_decays", {3}, 0));
  leaves.push_back(ConstantLeaf("rms_decays", {1}, 0));
  leaves.push_back(ConstantLeaf("adafactor_decays", {3}, 0));
  return leaves;
}

}  // namespace

std::vector<ThetaLeaf> MlpLoptLeaves(const v1::MlpLopt& config) {
  return MlpLeaves({RowsOf(config).count, config.hidden(), 2, config.layers()},
                   [](const std::string& i) {
                     return std::pair("mlp/~/linear_" + i + "/w", "mlp/~/linear_" + i + "/b");
                   });
}

std::vector<ThetaLeaf> AdafacMlpLeaves(const v1::AdafacMlp& config) {
  return AdafacLeaves(config, 2);
}
std::vector<ThetaLeaf> MuAdafacMlpLeaves(const v1::MuAdafacMlp& config) {
  return AdafacLeaves(config, 2);
}
// Outputs: direction, magnitudes of step, nominal step and weight decay.
std::vector<ThetaLeaf> MlpNomLoptLeaves(const v1::MlpNomLopt& config) {
  return AdafacLeaves(config, 4);
}

std::vector<ThetaLeaf> LinearLeaves(const v1::Linear& config) {
  const LinearColumns columns = ColumnsOf(config);
  std::vector<ThetaLeaf> leaves = {ConstantLeaf("bias", {1}, 0)};
  const auto add = [&leaves](const char* path, int count, double value) {
    if (count > 0) leaves.push_back(ConstantLeaf(path, {count}, value));
  };
  add("gradient", columns.gradient, config.learning_rate() / config.step_multiplier());
  add("parameter", columns.parameter, 0);
  add("momentum", columns.momentum, 0);
  add("rms", columns.rms, 0);
  add("inverse_rms", columns.inverse_rms, 0);
  add("scaled_gradient", columns.scaled_gradient, 0);
  add("scaled_momentum", columns.scaled_momentum, 0);
  return leaves;
}

// The first layer's rows in one leaf for each of fourteen groups; all together are its inputs.
std::vector<ThetaLeaf> Celo2Leaves(const v1::Celo2& config) {
  constexpr int kOutputs = 3;
  constexpr int kInputs = 30;
  constexpr int kGroups[] = {1, 1, 1, 3, 1, 3, 1, 3, 1, 3, 3, 3, 3, 3};
  std::vector<ThetaLeaf> leaves =
      MlpLeaves({kInputs, config.hidden(), kOutputs, config.layers()}, NumberedPaths);
  const ThetaLeaf whole = leaves.front();
  leaves.erase(leaves.begin());
  int number = 0;
  for (const int rows : kGroups) {
    const std::string path = whole.path + "__" + std::to_string(number++);
    leaves.push_back(WeightLeaf(path, {rows, whole.shape[1]}, kInputs));
  }
  return leaves;
}

}  // namespace paceline
