// What the leaves of the families' θ are made of. Order and offsets do not matter here.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "common/lopt/layout.h"

namespace paceline {

inline ThetaLeaf ConstantLeaf(std::string path, std::vector<int64_t> shape, double value) {
  return {.path = std::move(path), .shape = std::move(shape), .initial_value = value};
}

// As haiku's Linear: the standard deviation is that before truncation.
inline ThetaLeaf WeightLeaf(std::string path, std::vector<int64_t> shape, int64_t fan_in) {
  return {.path = std::move(path),
          .shape = std::move(shape),
          .initial_stddev = 1 / std::sqrt(static_cast<double>(fan_in))};
}

// path/w [inputs, outputs] and path/b [outputs].
inline void AddLinear(const std::string& path, int64_t inputs, int64_t outputs,
                      std::vector<ThetaLeaf>& leaves) {
  leaves.push_back(WeightLeaf(path + "/w", {inputs, outputs}, inputs));
  leaves.push_back(ConstantLeaf(path + "/b", {outputs}, 0));
}

// An LSTM's map and its state before the first step.
inline void AddLstm(const std::string& path, int64_t inputs, int64_t hidden,
                    std::vector<ThetaLeaf>& leaves) {
  AddLinear(path, inputs + hidden, 4 * hidden, leaves);
  leaves.push_back(ConstantLeaf("lstm_init_state/hidden", {1, hidden}, 0));
  leaves.push_back(ConstantLeaf("lstm_init_state/cell", {1, hidden}, 0));
}

// A per-parameter network's.
struct NetworkShape {
  int64_t inputs, hidden, outputs;
  uint32_t layers;
};
// Weight and bias paths of layer i.
using LayerNames = std::pair<std::string, std::string> (*)(const std::string& i);
// nn/~/w and nn/~/b with the layer's number.
std::pair<std::string, std::string> NumberedNames(const std::string& i);
std::vector<ThetaLeaf> NetworkLeaves(const NetworkShape& network, LayerNames names);

}  // namespace paceline
