// A learning-rate schedule of two numbers on a function of two (P. Vicol et al., ICML 2021): θ =
// the logarithms of the rate at both ends, gradient descent from (1, 1), the loss is the function
//   f(x) = √(x₀² + 5) − √5 + sin²(x₁)·exp(−5·x₀²) + ¼·|x₁ − 100|.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "worker/task/systems/dual.h"
#include "worker/task/task.h"

namespace paceline {

class ToySchedule {
 public:
  static constexpr size_t kState = 2, kTheta = 2;
  static constexpr float kBound = 1e6f;

  // From one end of the schedule to the other; it stays there.
  explicit ToySchedule(int64_t steps) : steps_(steps) {}

  void Begin(const RunSeed&, std::span<double> state) const { std::ranges::fill(state, 1.0); }

  template <class N>
  struct Rates {
    N first, last;
  };
  template <class N>
  Rates<N> Prepare(std::span<const N> theta) const {
    return {Exp(theta[0]), Exp(theta[1])};
  }
  template <class N>
  void Step(const Rates<N>& rates, int64_t step, std::span<N> x) const {
    const double at = static_cast<double>(std::min(step, steps_)) / static_cast<double>(steps_);
    const N rate = (1 - at) * rates.first + at * rates.last;
    const N bell = Exp(-5.0 * x[0] * x[0]), sine = Sin(x[1]);
    const N by_x0 = x[0] / Sqrt(x[0] * x[0] + 5.0) - 10.0 * x[0] * sine * sine * bell;
    const N by_x1 = Sin(2.0 * x[1]) * bell + 0.25 * Sign(x[1] - 100.0);
    x[0] = x[0] - rate * by_x0;
    x[1] = x[1] - rate * by_x1;
  }
  template <class N>
  N Loss(int64_t, std::span<const N> x) const {
    const N sine = Sin(x[1]), off = x[1] - 100.0;
    return Sqrt(x[0] * x[0] + 5.0) - std::sqrt(5.0) + sine * sine * Exp(-5.0 * x[0] * x[0]) +
           0.25 * off * Sign(off);
  }

 private:
  const int64_t steps_;
};

}  // namespace paceline
