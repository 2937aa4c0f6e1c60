// The steps that all per-parameter networks share.
#pragma once

#include "worker/optim/inner_step.h"
#include "worker/optim/network_kernel.h"
#include "worker/optim/per_parameter_plan.h"
#include "worker/optim/staging_kernel.h"

namespace paceline {

struct PerParameterKernel {
  // All accumulators begin at 0.
  template <class V, class Team>
  static PACELINE_LANE void InitState(const PerParameterPlan& plan, const float*, float* state,
                                      const Team& team) {
    lane::ForEach(team, plan.state_size, [&](size_t i) PACELINE_INLINE_LAMBDA { state[i] = 0.0f; });
    team.Sync();
  }

 protected:
  // The time features, then update(tensor, staged gradient and parameters, its state) for every
  // tensor that is not empty.
  template <class V, class Team, class Update>
  static PACELINE_LANE void UpdateTensors(const PerParameterPlan& plan, const float* prepared,
                                          const InnerStep& step, float* parameters, float* state,
                                          float* scratch, const Team& team, const Update& update) {
    TimeStart<V>(plan.network, prepared, step.iteration, scratch, team);
    for (uint32_t i = 0; i < plan.tensor_count; ++i) {
      const TensorPlan& tensor = plan.tensors[i];
      if (tensor.size == 0) continue;
      const StagedTensor staged =
          Stage(team, tensor, step.gradient, parameters, scratch + plan.staged_gradient,
                scratch + plan.staged_parameters);
      update(tensor, staged, state + tensor.state);
      Unstage(team, tensor, staged, parameters);
    }
  }
};

}  // namespace paceline
