#include "worker/task/conv_net/pool.h"

#include <cmath>

namespace paceline {
namespace {

// A NaN wins, as it does in LibTorch.
float Larger(float a, float b) { return std::isnan(a) || a > b ? a : b; }

}  // namespace

void PoolForward(v1::Pool pool, const PoolShape& shape, std::span<const float> x,
                 std::span<float> y) {
  const bool max = pool == v1::POOL_MAX;
  for (size_t n = 0; n < shape.batch; ++n) {
    for (size_t c = 0; c < shape.channels; ++c) {
      const auto at = [&](size_t p) { return x[(n * shape.positions + p) * shape.channels + c]; };
      float value = at(0);
      for (size_t p = 1; p < shape.positions; ++p) {
        value = max ? Larger(at(p), value) : value + at(p);
      }
      y[n * shape.channels + c] = max ? value : value / static_cast<float>(shape.positions);
    }
  }
}

void PoolGradient(v1::Pool pool, const PoolShape& shape, std::span<const float> x,
                  std::span<const float> y, std::span<const float> dy, std::span<float> dx) {
  const bool max = pool == v1::POOL_MAX;
  for (size_t n = 0; n < shape.batch; ++n) {
    for (size_t c = 0; c < shape.channels; ++c) {
      const size_t to = n * shape.channels + c;
      const auto place = [&](size_t p) { return (n * shape.positions + p) * shape.channels + c; };
      const auto shares = [&](size_t p) { return !max || x[place(p)] == y[to]; };
      size_t sharers = 0;
      for (size_t p = 0; p < shape.positions; ++p) sharers += shares(p) ? 1 : 0;
      for (size_t p = 0; p < shape.positions; ++p) {
        dx[place(p)] = shares(p) ? dy[to] / static_cast<float>(sharers) : 0;
      }
    }
  }
}

}  // namespace paceline
