// MLPNomLOpt (reference 2.4): AdafacMLP's features and network, with a nominal step and weight
// decay beside the learned step. The outputs of a whole tensor are kept, because their means may be
// wanted before any of it moves.
#pragma once

#include "common/lopt/mlp_nom_lopt/plan.h"
#include "worker/optim/adafac_mlp/kernel.h"

namespace paceline {

struct MlpNomKernel : AdafacMlpKernel {
  template <class V, class Team>
  static PACELINE_LANE void Update(const MlpNomPlan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* state,
                                   float* scratch, const Team& team) {
    const AdafacDecays decays = AdafacDecays::Load(prepared + plan.decays);
    UpdateTensors<V>(plan, prepared, step, parameters, state, scratch, team,
                     [&](const TensorStep& own) PACELINE_INLINE_LAMBDA {
                       const KeptOutputs kept = {scratch + plan.outputs, own.tensor.padded_size()};
                       UpdateTensor<V>(plan, decays, prepared, own, kept, scratch, team);
                       team.Sync();
                       MakeMeans<V>(plan, own, scratch, team);
                       Move<typename lane::SixteenOf<V>::Type>(plan, own, scratch, team);
                     });
  }

 private:
  struct KeptOutputs {
    static constexpr int kOutputs = kNominalOutputs;
    float* values;  // [4, padded]
    uint32_t padded;

    template <class V, int kGroups>
    PACELINE_LANE void Apply(const NetworkOutputs<V, kGroups, kOutputs>& out,
                             const uint32_t* places) const {
      PACELINE_UNROLL(4)
      for (int o = 0; o < kOutputs; ++o) {
        PACELINE_UNROLL(4)
        for (int g = 0; g < kGroups; ++g) {
          out.value[o][g].Store(values + static_cast<size_t>(o) * padded + places[g]);
        }
      }
    }
  };

  // Of the three magnitudes and of the gradient, where they are wanted. Ends with a Sync.
  template <class V, class Team>
  static PACELINE_LANE void MakeMeans(const MlpNomPlan& plan, const TensorStep& own, float* scratch,
                                      const Team& team) {
    if (!plan.aggregated[0] && !plan.aggregated[1] && !plan.aggregated[2] && !plan.selfnormalize) {
      return;
    }
    const TensorPlan& tensor = own.tensor;
    const uint32_t padded = tensor.padded_size(), width = tensor.padded_columns();
    const float* outputs = scratch + plan.outputs;
    float* means = scratch + plan.means;
    SumElements<V, 4>(team, padded, scratch + plan.sums, means,
                      [&](uint32_t at, V* sums) PACELINE_INLINE_LAMBDA {
                        const V none = V::Set(0.0f);
                        const V inside = MaskOf<V>(at % width, tensor.columns);
                        PACELINE_UNROLL(3)
                        for (uint32_t k = 0; k < 3; ++k) {
                          const V x = V::Load(outputs + size_t{k + 1} * padded + at);
                          sums[k] = sums[k] + Select(inside == none, none, x);
                        }
                        sums[3] = sums[3] + V::Load(own.gradient + at);
                      });
    lane::ForEach(team, 4, [&](size_t k) PACELINE_INLINE_LAMBDA {
      means[k] = means[k] / static_cast<float>(tensor.size);
    });
    team.Sync();
  }

  // e^(magnitude k · its multiplier) of one lane of elements.
  template <class V>
  static PACELINE_LANE V Scale(const MlpNomPlan& plan, const float* outputs, const float* means,
                               uint32_t k, uint32_t padded, size_t at) {
    V magnitude = V::Set(k == 1 ? 1.0f : 0.0f);
    if (plan.aggregated[k] && plan.controlled[k]) {
      magnitude = V::Set(means[k]);
    } else if (plan.controlled[k]) {
      magnitude = V::Load(outputs + size_t{k + 1} * padded + at);
    }
    return Exp(magnitude * V::Set(plan.exp_multipliers[k]));
  }

  template <class V>
  static PACELINE_LANE V Nominal(const MlpNomPlan& plan, const TensorStep& own, V inverse_rms,
                                 uint32_t padded, size_t at) {
    const float* momenta = own.state + at;
    const V slowest = V::Load(momenta + 2 * size_t{padded});
    const V mean = (V::Load(momenta) + V::Load(momenta + padded) + slowest) / V::Set(3.0f);
    switch (plan.direction) {
      case NominalDirection::kSgd:
        return V::Load(own.gradient + at);
      case NominalDirection::kSgdm:
        return slowest;
      case NominalDirection::kAggMo:
        return mean;
      case NominalDirection::kAdam:
        return slowest * inverse_rms;
      case NominalDirection::kAdamAggMo:
        break;
    }
    return mean * inverse_rms;
  }

  // p ← (1 − weight decay)·p, and the target less learned and nominal step. Ends without Sync.
  template <class V, class Team>
  static PACELINE_LANE void Move(const MlpNomPlan& plan, const TensorStep& own, float* scratch,
                                 const Team& team) {
    const uint32_t padded = own.tensor.padded_size();
    const float* outputs = scratch + plan.outputs;
    const float* means = scratch + plan.means;
    lane::ForEach(team, padded / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const size_t at = i * V::kLanes;
      const V inverse_rms = V::Load(scratch + plan.inverse_rms + at);
      V step = V::Load(outputs + at) * Scale<V>(plan, outputs, means, 0, padded, at) *
               V::Set(plan.network.step_multiplier);
      if (plan.normalize) step = step * inverse_rms;
      if (plan.selfnormalize) step = step * V::Set(means[3]);
      const V size = V::Set(plan.nominal_step) * Scale<V>(plan, outputs, means, 1, padded, at);
      step = Fma(size, Nominal<V>(plan, own, inverse_rms, padded, at), step);
      const V decay = V::Set(plan.weight_decay) * Scale<V>(plan, outputs, means, 2, padded, at);
      float* p = own.parameters + at;
      Fnma(decay, V::Load(p), V::Load(p)).Store(p);
      float* target = own.target + at;
      (V::Load(target) - step).Store(target);
    });
  }
};

}  // namespace paceline
