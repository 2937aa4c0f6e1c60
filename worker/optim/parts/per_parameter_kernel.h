// The steps that all per-parameter networks share.
#pragma once

#include "common/lopt/plan/per_parameter_plan.h"
#include "worker/optim/inner_step.h"
#include "worker/optim/parts/curvature_kernel.h"
#include "worker/optim/parts/network_kernel.h"
#include "worker/optim/parts/stability_kernel.h"
#include "worker/optim/parts/staging_kernel.h"

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
  // What one tensor's update is given.
  struct TensorStep {
    const TensorPlan& tensor;
    // Staged, [padded].
    const float* gradient;
    float* parameters;
    // What the step is subtracted from: the parameters, or zeros.
    float* target;
    float* state;
    const CurvatureInputs& curvature;

    // The step of mlp_lopt and adafac_mlp.
    PACELINE_LANE LearnedStep Learned(const NetworkPlan& network) const {
      return {target, network.step_multiplier * tensor.step_multiplier, network.exp_multiplier};
    }
  };

  // The time features of the network, if there is one, then update(TensorStep) for every tensor
  // that is not empty.
  template <class V, class Team, class Update>
  static PACELINE_LANE void UpdateTensors(const PerParameterPlan& plan, const float* prepared,
                                          const InnerStep& step, float* parameters, float* state,
                                          float* scratch, const Team& team, const Update& update) {
    if (plan.network.inputs > 0) {
      TimeStart<V>(plan.network, prepared, step.iteration, scratch, team);
    }
    const float* gradient = step.gradient;
    if (plan.clip.element > 0.0f || plan.clip.norm > 0.0f) {
      gradient = ClipGradient<V>(plan.clip, gradient, scratch, team);
    }
    CountProbes(plan.curvature, step, state, team);
    const bool sized = plan.step_size.size > 0.0f;
    for (uint32_t i = 0; i < plan.tensor_count; ++i) {
      const TensorPlan& tensor = plan.tensors[i];
      if (tensor.size == 0) continue;
      const StagedTensor staged =
          Stage(team, tensor, gradient, parameters, scratch + plan.staged_gradient,
                scratch + plan.staged_parameters);
      float* target = sized ? scratch + plan.step_size.step : staged.parameters;
      if (sized) SetZero(team, target, tensor.padded_size());
      const CurvatureInputs curvature(plan.curvature, tensor, step, state + plan.curvature.counts,
                                      state + tensor.state + tensor.own_state, scratch);
      update(TensorStep{tensor, staged.gradient, staged.parameters, target, state + tensor.state,
                        curvature});
      if (sized) TakeSizedStep<V>(plan.step_size, tensor, staged.parameters, scratch, team);
      Unstage(team, tensor, staged, parameters);
    }
  }
};

}  // namespace paceline
