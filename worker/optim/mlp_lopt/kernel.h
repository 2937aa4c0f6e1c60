// MLPLOpt (reference 2.2): momenta, second-moment normaliser, per-parameter network.
#pragma once

#include "common/lopt/mlp_lopt/plan.h"
#include "worker/optim/parts/per_parameter_kernel.h"

namespace paceline {

struct MlpLoptKernel : PerParameterKernel {
  template <class V, class Team>
  static PACELINE_LANE void Prepare(const MlpLoptPlan& plan, const float* theta, float* prepared,
                                    const Team& team) {
    PrepareNetwork(plan.network, theta, prepared, team);
    team.Sync();
  }

  template <class V, class Team>
  static PACELINE_LANE void Update(const MlpLoptPlan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* state,
                                   float* scratch, const Team& team) {
    UpdateTensors<V>(plan, prepared, step, parameters, state, scratch, team,
                     [&](const TensorStep& own) PACELINE_INLINE_LAMBDA {
                       UpdateTensor<V>(plan, prepared, own, scratch, team);
                     });
  }

 private:
  template <class V, class Team>
  static PACELINE_LANE void UpdateTensor(const MlpLoptPlan& plan, const float* prepared,
                                         const TensorStep& own, float* scratch, const Team& team) {
    const uint32_t padded = own.tensor.padded_size();
    float* totals = scratch + plan.totals;
    SumElements<V, kMlpLoptFeatures>(team, padded, scratch + plan.sums, totals,
                                     [&](uint32_t at, V* squares) PACELINE_INLINE_LAMBDA {
                                       UpdateMomenta(own, padded, at, squares);
                                     });
    own.curvature.template Update<V>(own.state + 2 * size_t{padded}, team);  // decay 0.9
    const NetworkPlan& network = plan.network;
    const float* weights = prepared + network.first_weights;
    const uint32_t width = network.padded_hidden;
    ScaleWeights<V>(
        team, network.inputs, width, scratch + network.scaled_weights,
        [&](uint32_t f, uint32_t h)
            PACELINE_INLINE_LAMBDA { return V::Load(weights + f * width + h); },
        [&](uint32_t f) PACELINE_INLINE_LAMBDA {
          return f < kMlpLoptFeatures ? Normalizer(totals[f], static_cast<float>(own.tensor.size))
                                      : own.curvature.Normalizer(f - kMlpLoptFeatures);
        });
    team.Sync();
    ForGroups<V>(team, network, padded,
                 Network<V, Team>{plan, prepared, own, scratch, padded, own.Learned(network)});
  }

  template <class V>
  static PACELINE_LANE void UpdateMomenta(const TensorStep& own, uint32_t padded, uint32_t at,
                                          V* squares) {
    const float decays[kMlpLoptMomenta] = {0.1f, 0.5f, 0.9f, 0.99f, 0.999f, 0.9999f};
    const V gradient = V::Load(own.gradient + at);
    const V parameter = V::Load(own.parameters + at);
    squares[0] = Fma(gradient, gradient, squares[0]);
    squares[1] = Fma(parameter, parameter, squares[1]);
    PACELINE_UNROLL(6)
    for (uint32_t k = 0; k < kMlpLoptMomenta; ++k) {
      float* m = own.state + size_t{k} * padded + at;
      const V moved = Fma(V::Set(1 - decays[k]), gradient, V::Set(decays[k]) * V::Load(m));
      moved.Store(m);
      squares[2 + k] = Fma(moved, moved, squares[2 + k]);
    }
  }

  template <class V, class Team>
  struct Network {
    const MlpLoptPlan& plan;
    const float* prepared;
    const TensorStep& own;
    const float* scratch;
    uint32_t padded;
    LearnedStep step;

    template <int kGroups>
    PACELINE_LANE void Groups(const uint32_t* places) const {
      // No feature is copied.
      const float* inputs[kMlpLoptFeatures + kMaxCurvatureInputs] = {own.gradient, own.parameters};
      PACELINE_UNROLL(6)
      for (uint32_t k = 0; k < kMlpLoptMomenta; ++k) inputs[2 + k] = own.state + size_t{k} * padded;
      for (uint32_t k = 0; k < own.curvature.count(); ++k) {
        inputs[kMlpLoptFeatures + k] = own.curvature.values(k);
      }
      const float* first = scratch + plan.network.start;
      NetworkStep<V, Team, kGroups>(
          plan.network, prepared, scratch + plan.network.scaled_weights, plan.network.inputs,
          [&](size_t f, int g) PACELINE_INLINE_LAMBDA { return V::Load(inputs[f] + places[g]); },
          [&](size_t h, int) PACELINE_INLINE_LAMBDA { return V::Set(first[h]); }, step, places);
    }
  };
};

}  // namespace paceline
