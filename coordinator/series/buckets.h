// A series thinned to a few points, with the least and the greatest value of each kept.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace paceline {

// Some outer steps in a row; of values that are numbers.
struct Bucket {
  int64_t step = 0;  // the last one
  uint32_t values = 0;
  double sum = 0;
  double least = std::numeric_limits<double>::infinity();
  double greatest = -std::numeric_limits<double>::infinity();

  double mean() const { return sum / values; }  // not a number without values
};

// How many steps each bucket has, so that those from `first` to `last` fill at most `points`, which
// begin at multiples of that: whatever is asked for, the same steps share one.
int64_t BucketSteps(int64_t first, int64_t last, int64_t points);

class Buckets {
 public:
  explicit Buckets(int64_t steps) : steps_(steps) {}

  // Of rising steps.
  void Add(int64_t step, float value);
  std::span<const Bucket> all() const { return all_; }

 private:
  int64_t steps_;
  std::vector<Bucket> all_;
};

}  // namespace paceline
