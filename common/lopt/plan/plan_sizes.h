// What every optimizer's plan says of its buffers, in floats.
#pragma once

#include <cstddef>
#include <cstdint>

namespace paceline {

// Of a double kept in a buffer of floats.
inline constexpr uint32_t kFloatsOfDouble = 2;

struct PlanSizes {
  uint32_t theta_size = 0;
  uint32_t prepared_size = 0;
  uint32_t scratch_size = 0;
  size_t state_size = 0;
};

}  // namespace paceline
