// θ of a hand-made baseline as it was given.
#pragma once

#include <span>
#include <vector>

#include "worker/optim/optimizer.h"

namespace paceline {

struct PlainTheta : PreparedTheta {
  explicit PlainTheta(std::span<const float> theta) : values(theta.begin(), theta.end()) {}
  std::vector<float> values;
};

inline const std::vector<float>& PlainValues(const PreparedTheta& prepared) {
  return static_cast<const PlainTheta&>(prepared).values;
}

}  // namespace paceline
