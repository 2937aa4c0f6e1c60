// AdafacMLP (reference 2.3).
#pragma once

#include "common/lane/portable_math.h"
#include "worker/optim/adafac_update_kernel.h"

namespace paceline {

struct AdafacMlpKernel : PerParameterKernel {
  template <class V, class Team>
  static PACELINE_LANE void Prepare(const AdafacMlpPlan& plan, const float* theta, float* prepared,
                                    const Team& team) {
    PrepareNetwork(plan.network, theta, prepared, team);
    lane::ForEach(team, 2 * kAdafacDecays + 1, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const Decay decay = LearnedDecay(plan, theta, static_cast<uint32_t>(i));
      prepared[plan.decays + 2 * i] = decay.decay;
      prepared[plan.decays + 2 * i + 1] = decay.complement;
    });
    team.Sync();
  }

  template <class V, class Team>
  static PACELINE_LANE void Update(const AdafacMlpPlan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* state,
                                   float* scratch, const Team& team) {
    const AdafacDecays decays = AdafacDecays::Load(prepared + plan.decays);
    UpdateTensors<V>(plan, prepared, step, parameters, state, scratch, team,
                     [&](const TensorPlan& tensor, const StagedTensor& staged, float* momenta)
                         PACELINE_INLINE_LAMBDA {
                           UpdateTensor<V>(plan, tensor, decays, prepared, staged, momenta, scratch,
                                           team);
                         });
  }

 private:
  template <class V, class Team>
  static PACELINE_LANE void UpdateTensor(const AdafacMlpPlan& plan, const TensorPlan& tensor,
                                         const AdafacDecays& decays, const float* prepared,
                                         const StagedTensor& staged, float* momenta, float* scratch,
                                         const Team& team) {
    const LearnedStep apply = {staged.parameters, plan.network.step_multiplier,
                               plan.network.exp_multiplier};
    UpdateAdafacTensor<AdafacFeatures, V>(plan, tensor, decays, prepared, staged, momenta, apply,
                                          scratch, team);
  }

  // d = 1 − (1 − d₀)·e^(10δ), the rms's and the factored moments' clipped to [0, 1]; 1 − d is that
  // of the rounded d, as in a float32 program.
  static PACELINE_LANE Decay LearnedDecay(const AdafacMlpPlan& plan, const float* theta,
                                          uint32_t i) {
    const uint32_t k = i < 3 ? i : i == 3 ? 2 : i - 4;
    const float initial = k == 0 ? 0.9f : k == 1 ? 0.99f : 0.999f;
    const uint32_t leaf = i < 3    ? plan.momentum_decays + k
                          : i == 3 ? plan.rms_decay
                                   : plan.factored_decays + k;
    const double complement =
        (1 - static_cast<double>(initial)) * PortableExp(10.0 * static_cast<double>(theta[leaf]));
    float decay = static_cast<float>(1 - complement);
    if (i >= 3) decay = decay < 0.0f ? 0.0f : 1.0f < decay ? 1.0f : decay;
    return {decay, 1 - decay};
  }
};

}  // namespace paceline
