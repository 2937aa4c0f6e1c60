// Makes network plans.
#pragma once

#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "common/lopt/plan/network_plan.h"

namespace paceline {

// Hands out slices of a buffer of floats, each at a multiple of 64 bytes.
class FloatSlices {
 public:
  uint32_t Take(size_t count) {
    const uint32_t offset = used_;
    used_ += static_cast<uint32_t>(Rounded(count));
    return offset;
  }
  static constexpr size_t Rounded(size_t count) { return (count + 15) / 16 * 16; }
  uint32_t used() const { return used_; }

 private:
  uint32_t used_ = 0;
};

struct NetworkSettings {
  uint32_t hidden = 0;
  uint32_t layers = 0;
  uint32_t outputs = 2;
  double exp_multiplier = 0;
  double step_multiplier = 0;
};

struct LayerPaths {
  std::string weight;
  std::string bias;
};

// The rows of the first layer in θ, kNoInputRow for none.
struct InputRows {
  std::vector<uint8_t> inputs;  // in the kernel's order
  uint8_t time = kNoInputRow;   // the first of eleven
};

// `paths` [layers + 1]. Takes its slices of the prepared floats and of the scratch.
NetworkPlan PlanNetwork(const ThetaLayout& layout, const NetworkSettings& settings,
                        const std::vector<LayerPaths>& paths, const InputRows& rows,
                        FloatSlices& prepared, FloatSlices& scratch);

}  // namespace paceline
