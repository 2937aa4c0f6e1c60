// The parameters of a run's last inner steps, for delayed_gradient (augment.proto).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "common/base/aligned_floats.h"

namespace paceline {

// A ring of `steps` vectors; step t's lie at place t mod steps.
class DelayLine {
 public:
  DelayLine() = default;
  // As before inner step 0: the initial parameters, in all places.
  DelayLine(size_t steps, std::span<const float> initial)
      : steps_(steps), count_(initial.size()), values_(steps * initial.size()) {
    for (size_t i = 0; i < steps; ++i) std::ranges::copy(initial, Place(i).begin());
  }

  // In inner step `step`, whose parameters are `now`: those of `steps` steps before, or the initial
  // ones. They stand until Push.
  std::span<const float> Before(int64_t step, std::span<const float> now) {
    return steps_ == 0 ? now : Place(static_cast<size_t>(step) % steps_);
  }
  // The step is over.
  void Push(int64_t step, std::span<const float> now) {
    if (steps_ > 0) std::ranges::copy(now, Place(static_cast<size_t>(step) % steps_).begin());
  }

  // [place, parameter]: what a snapshot keeps.
  std::span<float> values() { return values_.span(); }
  std::span<const float> values() const { return values_.span(); }

 private:
  std::span<float> Place(size_t place) { return values_.span().subspan(place * count_, count_); }

  size_t steps_ = 0, count_ = 0;
  AlignedFloats values_;
};

}  // namespace paceline
