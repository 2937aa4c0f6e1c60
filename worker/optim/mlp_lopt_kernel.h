// MLPLOpt (reference 2.2): momenta, second-moment normaliser, per-parameter network.
#pragma once

#include "worker/optim/mlp_lopt_plan.h"
#include "worker/optim/per_parameter_kernel.h"

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
                     [&](const TensorPlan& tensor, const StagedTensor& staged, float* momenta)
                         PACELINE_INLINE_LAMBDA {
                           UpdateTensor<V>(plan, tensor, prepared, staged, momenta, scratch, team);
                         });
  }

 private:
  template <class V, class Team>
  static PACELINE_LANE void UpdateTensor(const MlpLoptPlan& plan, const TensorPlan& tensor,
                                         const float* prepared, const StagedTensor& staged,
                                         float* momenta, float* scratch, const Team& team) {
    const uint32_t padded = tensor.padded_size();
    float* totals = scratch + plan.totals;
    SumElements<V, kMlpLoptFeatures>(team, padded, scratch + plan.sums, totals,
                                     [&](uint32_t at, V* squares) PACELINE_INLINE_LAMBDA {
                                       UpdateMomenta(staged, padded, at, momenta, squares);
                                     });
    const NetworkPlan& network = plan.network;
    float* scaled = scratch + network.scaled_weights;
    const float* weights = prepared + network.first_weights;
    const uint32_t width = network.padded_hidden;
    ScaleWeights<V>(
        team, kMlpLoptFeatures, width, scaled,
        [&](uint32_t f, uint32_t h)
            PACELINE_INLINE_LAMBDA { return V::Load(weights + f * width + h); },
        [&](uint32_t f) PACELINE_INLINE_LAMBDA {
          return Normalizer(totals[f], static_cast<float>(tensor.size));
        });
    team.Sync();
    ForGroups<V>(team, network, padded,
                 Network<V, Team>{plan, prepared, staged, momenta, scratch, padded});
  }

  template <class V>
  static PACELINE_LANE void UpdateMomenta(const StagedTensor& staged, uint32_t padded, uint32_t at,
                                          float* momenta, V* squares) {
    const float decays[kMlpLoptMomenta] = {0.1f, 0.5f, 0.9f, 0.99f, 0.999f, 0.9999f};
    const V gradient = V::Load(staged.gradient + at);
    const V parameter = V::Load(staged.parameters + at);
    squares[0] = Fma(gradient, gradient, squares[0]);
    squares[1] = Fma(parameter, parameter, squares[1]);
    PACELINE_UNROLL(6)
    for (uint32_t k = 0; k < kMlpLoptMomenta; ++k) {
      float* m = momenta + size_t{k} * padded + at;
      const V moved = Fma(V::Set(1 - decays[k]), gradient, V::Set(decays[k]) * V::Load(m));
      moved.Store(m);
      squares[2 + k] = Fma(moved, moved, squares[2 + k]);
    }
  }

  template <class V, class Team>
  struct Network {
    const MlpLoptPlan& plan;
    const float* prepared;
    const StagedTensor& staged;
    const float* momenta;
    const float* scratch;
    uint32_t padded;

    template <int kGroups>
    PACELINE_LANE void Groups(const uint32_t* places) const {
      // No feature is copied.
      const float* inputs[kMlpLoptFeatures] = {staged.gradient, staged.parameters};
      PACELINE_UNROLL(6)
      for (uint32_t k = 0; k < kMlpLoptMomenta; ++k) inputs[2 + k] = momenta + size_t{k} * padded;
      const float* first = scratch + plan.network.start;
      NetworkStep<V, Team, kGroups, kMlpLoptFeatures>(
          plan.network, prepared, scratch + plan.network.scaled_weights,
          [&](size_t f, int g) PACELINE_INLINE_LAMBDA { return V::Load(inputs[f] + places[g]); },
          [&](size_t h, int) PACELINE_INLINE_LAMBDA { return V::Set(first[h]); },
          LearnedStep{staged.parameters, plan.network.step_multiplier, plan.network.exp_multiplier},
          places);
    }
  };
};

}  // namespace paceline
