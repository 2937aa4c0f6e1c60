// How the training loss has moved, as HyperV2 sees it (reference 2.7): ten bias-corrected averages
// with half-lives from 10 to num_steps steps, their running minima, and nine features that compare
// neighbours. In double: the correction divides by 1 − d^t with d near 1.
#pragma once

#include "common/lane/math.h"
#include "common/lane/portable_math.h"
#include "common/lane/team.h"
#include "common/lopt/plan/loss_history_plan.h"
#include "worker/optim/inner_step.h"
#include "worker/optim/parts/stored_double.h"

namespace paceline {

// Ends without Sync.
template <class Team>
PACELINE_LANE void InitLossHistory(const Team& team, float* state) {
  lane::ForEach(team, kLossAverages, [&](size_t i) PACELINE_INLINE_LAMBDA {
    StoreDouble(0, state, i);
    StoreDouble(999999995904.0, state, kLossAverages + i);  // the library's 999999999999, a float32
  });
}

// d_i = exp(−1/h_i), rounded to float32, h from 10 to the steps in equal ratios; all 10 if `equal`.
PACELINE_LANE double LossDecay(size_t i, int64_t num_steps, bool equal) {
  constexpr double kLog10 = 2.302585092994045684;
  const double last = equal || num_steps < 1 ? kLog10 : PortableLog(static_cast<double>(num_steps));
  const double log_half_life = kLog10 + static_cast<double>(i) / 9 * (last - kLog10);
  return static_cast<float>(PortableExp(-PortableExp(-log_half_life)));
}

// Takes in the step's loss; features [9]. Ends with a Sync.
template <class Team>
PACELINE_LANE void MoveLossHistory(const Team& team, const InnerStep& step, bool equal,
                                   float* state, float* scratch, float* features) {
  float* corrected = scratch + 2 * kLossAverages * kFloatsOfDouble;
  const auto updates = static_cast<unsigned long>(step.iteration) + 1;
  lane::ForEach(team, kLossAverages, [&](size_t i) {
    const double decay = LossDecay(i, step.num_steps, equal);
    const double correction = 1 - PortablePower(decay, updates);
    StoreDouble(decay, scratch, i);
    StoreDouble(correction, scratch, kLossAverages + i);
    StoreDouble(LoadDouble(state, i) / correction, corrected, i);
  });
  team.Sync();
  // A loss beyond twice the largest average counts as that.
  double most = LoadDouble(corrected, 0);
  for (uint32_t i = 1; i < kLossAverages; ++i) {
    const double average = LoadDouble(corrected, i);
    most = average > most ? average : most;
  }
  const double cap = 2 * ::fabs(step.iteration == 0 ? static_cast<double>(step.loss) : most);
  const double loss = cap < step.loss ? cap : static_cast<double>(step.loss);
  team.Sync();
  lane::ForEach(team, kLossAverages, [&](size_t i) {
    const double decay = LoadDouble(scratch, i);
    const double average = decay * LoadDouble(state, i) + (1 - decay) * loss;
    const double own = average / LoadDouble(scratch, kLossAverages + i);
    const double before = LoadDouble(state, kLossAverages + i);
    const double least = own < before ? own : before;
    StoreDouble(average, state, i);
    StoreDouble(least, state, kLossAverages + i);
    StoreDouble(own, corrected, i);
    StoreDouble(least, corrected, kLossAverages + i);
  });
  team.Sync();
  lane::ForEach(team, kLossFeatures, [&](size_t i) {
    const double least = LoadDouble(corrected, kLossAverages + i);
    const double longer = LoadDouble(corrected, i + 1) - least;
    const double ratio = (LoadDouble(corrected, i) - least) / (longer > 1e-8 ? longer : 1e-8) - 1;
    const double clipped = ratio < -1 ? -1 : ratio > 1 ? 1 : ratio;
    features[i] = updates <= 2 ? 0.0f : static_cast<float>(clipped);
  });
  team.Sync();
}

// tanh(10·(iteration/num_steps − s)) for nine s: features [9]. Ends without Sync.
template <class Team>
PACELINE_LANE void ProgressFeatures(const Team& team, const InnerStep& step, float* features) {
  using lane::Scalar;
  const float scales[kProgressFeatures] = {0.03f, 0.1f, 0.2f, 0.4f, 0.6f, 0.8f, 0.9f, 1.0f, 1.1f};
  const float steps = static_cast<float>(step.num_steps < 1 ? 1 : step.num_steps);
  const float done = static_cast<float>(step.iteration) / steps;
  lane::ForEach(team, kProgressFeatures, [&](size_t i) PACELINE_INLINE_LAMBDA {
    features[i] = Tanh(Scalar::Set(10.0f * (done - scales[i]))).raw;
  });
}

}  // namespace paceline
