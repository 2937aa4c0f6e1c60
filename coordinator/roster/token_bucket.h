// So many at once, and so many more with time.
#pragma once

#include <algorithm>
#include <chrono>

#include "common/base/clock.h"

namespace paceline {

struct BucketSize {
  double most = 1;
  double per_second = 1;
};

// Full at first. Not thread-safe.
class TokenBucket {
 public:
  explicit TokenBucket(const BucketSize& size) : size_(size), tokens_(size.most) {}

  // False: it is empty, and nothing is taken.
  bool Take(SteadyTime now) {
    if (filled_ == SteadyTime{}) filled_ = now;
    const double seconds = std::chrono::duration<double>(now - filled_).count();
    tokens_ = std::min(size_.most, tokens_ + seconds * size_.per_second);
    filled_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  BucketSize size_;
  double tokens_;
  SteadyTime filled_{};
};

}  // namespace paceline
