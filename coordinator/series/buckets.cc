#include "coordinator/series/buckets.h"

#include <algorithm>
#include <cmath>

namespace paceline {

int64_t BucketSteps(int64_t first, int64_t last, int64_t points) {
  const auto count = [&](int64_t steps) { return (last - 1) / steps - (first - 1) / steps + 1; };
  int64_t steps = std::max<int64_t>((last - first + points) / points, 1);
  while (count(steps) > points && steps <= last) ++steps;
  return steps;
}

void Buckets::Add(int64_t step, float value) {
  if (all_.empty() || (all_.back().step - 1) / steps_ != (step - 1) / steps_) all_.emplace_back();
  Bucket& bucket = all_.back();
  bucket.step = step;
  if (!std::isfinite(value)) return;
  ++bucket.values;
  bucket.sum += value;
  bucket.least = std::min<double>(bucket.least, value);
  bucket.greatest = std::max<double>(bucket.greatest, value);
}

}  // namespace paceline
