// Jobs for simulated workers.
#pragma once

#include <cstdint>
#include <string>

namespace paceline {

struct ToyJob {
  uint32_t particles = 4096, block = 4;
  uint32_t steps = 20;
  // θ of VeLO's size, 9.3 MB, instead of two numbers.
  bool large_theta = false;
};

// Its config: quadratics, on the reference engine.
std::string YamlOf(const ToyJob& job);

}  // namespace paceline
