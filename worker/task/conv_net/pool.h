// Pooling of all positions of an image to one value per channel.
#pragma once

#include <cstddef>
#include <span>

#include "paceline/v1/task.pb.h"

namespace paceline {

struct PoolShape {
  size_t batch = 0, positions = 0, channels = 0;
};

// x: [batch, position, channel] → y: [batch, channel]
void PoolForward(v1::Pool pool, const PoolShape& shape, std::span<const float> x,
                 std::span<float> y);
// From dy: dx. Positions that share the maximum share its gradient.
void PoolGradient(v1::Pool pool, const PoolShape& shape, std::span<const float> x,
                  std::span<const float> y, std::span<const float> dy, std::span<float> dx);

}  // namespace paceline
