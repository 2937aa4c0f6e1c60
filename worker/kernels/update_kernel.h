// The optimizer alone, for runs whose gradients come from elsewhere: one run by one team, all
// tensors in one call. The same bits as worker/optim on the processor.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/lane/team.h"
#include "worker/optim/inner_step.h"

namespace paceline {

// Arrays of all runs; run r's part begins r strides (in floats) into each. Plain data.
struct UpdateArrays {
  const float* thetas = nullptr;  // [run, theta_size]: for PrepareRun
  size_t theta_stride = 0;
  float* prepared = nullptr;  // [run, prepared_size]
  size_t prepared_stride = 0;
  float* states = nullptr;  // [run, state_size]
  size_t state_stride = 0;
  const float* gradients = nullptr;  // [run, parameter]
  float* parameters = nullptr;       // [run, parameter]
  size_t gradient_stride = 0, parameter_stride = 0;
  float* scratch = nullptr;  // [run, scratch_size]
  size_t scratch_stride = 0;
  const float* losses = nullptr;  // [run], or null
  // [run]: updates done before this one; each call counts on, so that a captured graph can be
  // replayed.
  int64_t* iterations = nullptr;
  const int64_t* num_steps = nullptr;  // [run], of the run's episode; or null: 0
  // [run], or null: turns 1 with the first loss that is not finite; such a run stands still.
  // Whoever begins a window sets it to 0.
  int32_t* stopped = nullptr;
};

// prepared ← θ; and the state as before the first update, where begins[run] is set.
template <class V, class Plan, class Team>
PACELINE_LANE void PrepareRun(const Plan& plan, const UpdateArrays& arrays, const int32_t* begins,
                              size_t run, const Team& team) {
  using Kernel = typename Plan::Kernel;
  float* prepared = arrays.prepared + run * arrays.prepared_stride;
  Kernel::template Prepare<V>(plan, arrays.thetas + run * arrays.theta_stride, prepared, team);
  team.Sync();
  if (begins != nullptr && begins[run] == 0) return;
  Kernel::template InitState<V>(plan, prepared, arrays.states + run * arrays.state_stride, team);
}

// shared: room for the prepared floats, or null.
template <class V, class Plan, class Team>
PACELINE_LANE void UpdateRun(const Plan& plan, const UpdateArrays& arrays, size_t run,
                             float* shared, const Team& team) {
  using Kernel = typename Plan::Kernel;
  const int64_t iteration = arrays.iterations[run];
  const float loss = arrays.losses == nullptr ? 0.0f : arrays.losses[run];
  const bool finite = (Bits(lane::Scalar::Set(loss)).raw & 0x7f800000u) != 0x7f800000u;
  const bool stopped = !finite || (arrays.stopped != nullptr && arrays.stopped[run] != 0);
  const float* prepared = arrays.prepared + run * arrays.prepared_stride;
  if (shared != nullptr && !stopped) {
    lane::ForEach(team, plan.prepared_size, [&](size_t i) { shared[i] = prepared[i]; });
    prepared = shared;
  }
  team.Sync();  // all have read what is written here
  if (team.rank() == 0) {
    arrays.iterations[run] = iteration + 1;
    if (stopped && arrays.stopped != nullptr) arrays.stopped[run] = 1;
  }
  if (stopped) return;
  const InnerStep step = {.iteration = iteration,
                          .num_steps = arrays.num_steps == nullptr ? 0 : arrays.num_steps[run],
                          .loss = loss,
                          .gradient = arrays.gradients + run * arrays.gradient_stride};
  Kernel::template Update<V>(plan, prepared, step,
                             arrays.parameters + run * arrays.parameter_stride,
                             arrays.states + run * arrays.state_stride,
                             arrays.scratch + run * arrays.scratch_stride, team);
}

}  // namespace paceline
