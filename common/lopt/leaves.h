// The leaves of θ, family by family, for layout.cc; a family with many has a file of its own. Order
// and offsets do not matter here.
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

std::vector<ThetaLeaf> MlpLoptLeaves(const v1::MlpLopt& config);
std::vector<ThetaLeaf> AdafacMlpLeaves(const v1::AdafacMlp& config);
std::vector<ThetaLeaf> MuAdafacMlpLeaves(const v1::MuAdafacMlp& config);
std::vector<ThetaLeaf> MlpNomLoptLeaves(const v1::MlpNomLopt& config);
std::vector<ThetaLeaf> LinearLeaves(const v1::Linear& config);
std::vector<ThetaLeaf> Celo2Leaves(const v1::Celo2& config);

}  // namespace paceline
