// What turns meta-gradients into the next θ. Stored in float32, computed in double by IEEE
// operations alone: one update is the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "paceline/v1/outer.pb.h"

namespace paceline {

// Not thread-safe.
class OuterOptimizer {
 public:
  using Moments = std::vector<std::vector<float>>;

  virtual ~OuterOptimizer() = default;

  // Update number `step` (from 0), in place. Both spans are [P]; `factor` is the schedule's.
  virtual void Apply(int64_t step, double factor, std::span<const float> gradient,
                     std::span<float> theta) = 0;

  // Before the schedule.
  double learning_rate() const { return learning_rate_; }
  // All that is remembered from update to update: [P] each, zeros at first.
  const Moments& moments() const { return moments_; }
  // `moments` has the shape of moments().
  void set_moments(Moments moments) { moments_ = std::move(moments); }

 protected:
  OuterOptimizer(double learning_rate, size_t moments, size_t parameters)
      : learning_rate_(learning_rate), moments_(moments, std::vector<float>(parameters)) {}
  std::span<float> moment(size_t index) { return moments_[index]; }

 private:
  double learning_rate_;
  Moments moments_;
};

// `config` is valid (common/config); `leaf_sizes`: of the leaves of θ, one after the other; their
// sum is P.
std::unique_ptr<OuterOptimizer> MakeOuterOptimizer(const v1::OuterOptimizer& config,
                                                   const std::vector<size_t>& leaf_sizes);

}  // namespace paceline
