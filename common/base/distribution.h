// How many values fell into which range: what a histogram is drawn from.
#pragma once

#include <cstdint>
#include <vector>

namespace paceline {

// Not thread-safe.
class Distribution {
 public:
  // Upper bounds of the ranges, rising; a value that is a bound is of the range below. One more
  // range, without a bound, follows.
  explicit Distribution(std::vector<double> bounds)
      : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

  // A value that is no number is left out.
  void Add(double value, uint64_t times = 1);

  const std::vector<double>& bounds() const { return bounds_; }
  // [range], one more than bounds.
  const std::vector<uint64_t>& counts() const { return counts_; }
  uint64_t count() const { return count_; }
  double sum() const { return sum_; }

 private:
  std::vector<double> bounds_;
  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
  double sum_ = 0;
};

// From a millisecond to an hour.
std::vector<double> SecondsBounds();
// From a tenth of a millisecond to ten seconds, of what should take little.
std::vector<double> ShortSecondsBounds();

}  // namespace paceline
