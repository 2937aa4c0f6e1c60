// Momentum or Adam under a learned learning-rate schedule (common/lopt/learned_schedule/plan.h).
#pragma once

#include "common/lopt/learned_schedule/plan.h"
#include "worker/optim/hand_designed/kernel.h"
#include "worker/optim/parts/loss_history_kernel.h"
#include "worker/optim/parts/matrix_kernel.h"

namespace paceline {

struct LearnedScheduleKernel {
  template <class V, class Team>
  static PACELINE_LANE void Prepare(const LearnedSchedulePlan& plan, const float* theta,
                                    float* prepared, const Team& team) {
    for (uint32_t i = 0; i <= plan.layer_count; ++i) {
      PackDense<V>(team, plan.layers[i], theta + plan.weight_leaf[i], theta + plan.bias_leaf[i],
                   i == plan.layer_count ? 1 : plan.hidden, prepared);
    }
    if (plan.is_adam) {
      LearnableAdamKernel::PrepareRule(plan, theta, prepared + plan.rule, team);
    } else {
      LearnableSgdmKernel::PrepareRule(plan, theta, prepared + plan.rule, team);
    }
    lane::ForEach(team, 1, [&](size_t) PACELINE_INLINE_LAMBDA {
      prepared[plan.log_rate] = theta[plan.log_learning_rate];
    });
    team.Sync();
  }

  template <class V, class Team>
  static PACELINE_LANE void InitState(const LearnedSchedulePlan& plan, const float*, float* state,
                                      const Team& team) {
    InitLossHistory(team, state + plan.loss_history);
    SetToZero(team, state, plan.loss_history);
  }

  template <class V, class Team>
  static PACELINE_LANE void Update(const LearnedSchedulePlan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* state,
                                   float* scratch, const Team& team) {
    FillInputs(plan, step, state, scratch, team);
    const float offset = *RunNetwork<V>(plan, prepared, scratch, team);
    float* const found = scratch + plan.rate;
    lane::ForEach(team, 1, [&](size_t) {
      *found = static_cast<float>(
          PortableExp(static_cast<double>(prepared[plan.log_rate]) + static_cast<double>(offset)));
    });
    team.Sync();
    const float* rule = prepared + plan.rule;
    if (plan.is_adam) {
      LearnableAdamKernel::Step<V>(plan.parameters, *found, rule, step, parameters, state, team);
    } else {
      LearnableSgdmKernel::Step<V>(plan.parameters, *found, rule[1], step, parameters, state, team);
    }
  }

 private:
  // Ends with a Sync.
  template <class Team>
  static PACELINE_LANE void FillInputs(const LearnedSchedulePlan& plan, const InnerStep& step,
                                       float* state, float* scratch, const Team& team) {
    float* inputs = scratch + plan.inputs;
    ProgressFeatures(team, step, inputs);
    lane::ForEach(team, 1, [&](size_t) {
      const double steps = static_cast<double>(step.num_steps < 1 ? 1 : step.num_steps);
      const double log10 = PortableLog(steps) / 2.302585092994045684;
      inputs[kProgressFeatures + kLossFeatures] = static_cast<float>(log10 - 3);
    });
    MoveLossHistory(team, step, false, state + plan.loss_history, scratch + plan.loss_scratch,
                    inputs + kProgressFeatures);
  }

  // Its one output, after a Sync.
  template <class V, class Team>
  static PACELINE_LANE const float* RunNetwork(const LearnedSchedulePlan& plan,
                                               const float* prepared, float* scratch,
                                               const Team& team) {
    const float* x = scratch + plan.inputs;
    for (uint32_t i = 0;; ++i) {
      float* y = scratch + plan.values[i % 2];
      const uint32_t columns = plan.layers[i].columns;
      Multiply<V>(team, plan.layers[i], prepared, x, 0, 1, y, columns);
      if (i == plan.layer_count) return y;
      lane::ForEach(team, columns / V::kLanes, [&](size_t item) PACELINE_INLINE_LAMBDA {
        float* own = y + item * V::kLanes;
        const V value = V::Load(own);
        (plan.is_relu ? Max(V::Set(0.0f), value) : Tanh(value)).Store(own);
      });
      team.Sync();
      x = y;
    }
  }
};

}  // namespace paceline
