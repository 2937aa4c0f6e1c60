// Influence balancing (P. Vicol et al., "Unbiased gradient estimation in unrolled computation
// graphs with persistent evolution strategies", ICML 2021): s ← A·s + θ·v in 23 dimensions, loss
// ½·(s₁ − 1)². The steady state is s₁ = −6·θ; θ raises s₁ at once and lowers it in the long run.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "worker/task/task.h"

namespace paceline {

class InfluenceBalancing {
 public:
  static constexpr size_t kState = 23, kTheta = 1;
  static constexpr float kBound = 1e30f;   // linear: it diverges in no finite time
  static constexpr size_t kPositive = 10;  // entries of v that are +1; the others are −1

  // The loss is taken at the end of every `loss_every` steps, times that number, so that its mean
  // over steps is that over the losses taken.
  explicit InfluenceBalancing(int64_t loss_every) : loss_every_(loss_every) {}

  void Begin(const RunSeed&, std::span<double> state) const { std::ranges::fill(state, 1.0); }

  template <class N>
  N Prepare(std::span<const N> theta) const {
    return theta[0];
  }
  template <class N>
  void Step(const N& theta, int64_t, std::span<N> s) const {
    for (size_t i = 0; i < kState; ++i) {
      const N next = i + 1 < kState ? 0.5 * (s[i] + s[i + 1]) : 0.5 * s[i];
      s[i] = i < kPositive ? next + theta : next - theta;
    }
  }
  template <class N>
  N Loss(int64_t step, std::span<const N> s) const {
    if ((step + 1) % loss_every_ != 0) return 0;
    const N distance = s[0] - 1;
    return 0.5 * static_cast<double>(loss_every_) * distance * distance;
  }

 private:
  const int64_t loss_every_;
};

}  // namespace paceline
