// Celo2 (docs/reference/learned-optimizers.md §10): a matrix's step is the network's first output,
// orthogonalised, then scaled to the learning rate's root mean square; everything else moves by
// AdamW. No time features.
#pragma once

#include "common/lopt/celo2/plan.h"
#include "worker/optim/adafac_mlp/kernel.h"
#include "worker/optim/parts/newton_schulz_kernel.h"

namespace paceline {

struct Celo2Features {
  static constexpr uint32_t kElements = kAdafacElementFeatures + 2;
  static constexpr float kRmsEpsilon = 1e-8f;
  static constexpr float kNormalizerEpsilon = 1e-9f;
};

struct Celo2Kernel : AdafacMlpKernel {
  template <class V, class Team>
  static PACELINE_LANE void Prepare(const Celo2Plan& plan, const float* theta, float* prepared,
                                    const Team& team) {
    PrepareNetwork(plan.network, theta, prepared, team);
    lane::ForEach(team, 2 * kAdafacDecays + 1, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const float decay = plan.initial_decays[i];
      prepared[plan.decays + 2 * i] = decay;
      prepared[plan.decays + 2 * i + 1] = 1 - decay;
    });
    team.Sync();
  }

  template <class V, class Team>
  static PACELINE_LANE void Update(const Celo2Plan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* state,
                                   float* scratch, const Team& team) {
    const AdafacDecays decays = AdafacDecays::Load(prepared + plan.decays);
    const Adam adam = {plan, Correction(plan.beta1, step), Correction(plan.beta2, step)};
    UpdateTensors<V>(plan, prepared, step, parameters, state, scratch, team,
                     [&](const TensorStep& own) PACELINE_INLINE_LAMBDA {
                       if (own.tensor.factored) {
                         UpdateMatrix<V>(plan, decays, prepared, own, scratch, team);
                       } else {
                         adam.Update<V>(own, team);
                       }
                     });
  }

 private:
  // target ← minus the direction.
  struct Direction {
    static constexpr int kOutputs = kCelo2Outputs;
    float* target;

    template <class V, int kGroups>
    PACELINE_LANE void Apply(const NetworkOutputs<V, kGroups, kOutputs>& out,
                             const uint32_t* places) const {
      PACELINE_UNROLL(4)
      for (int g = 0; g < kGroups; ++g) (-out.value[0][g]).Store(target + places[g]);
    }
  };

  // AdamW on tensors without rows and columns.
  struct Adam {
    const Celo2Plan& plan;
    float correction1;  // 1 / (1 − β^updates)
    float correction2;

    template <class V, class Team>
    PACELINE_LANE void Update(const TensorStep& own, const Team& team) const {
      const size_t padded = own.tensor.padded_size();
      const V rate = V::Set(plan.adam_rate);
      const V decay = V::Set(plan.adam_rate * plan.weight_decay);
      const V beta1 = V::Set(plan.beta1), rest1 = V::Set(1.0f - plan.beta1);
      const V beta2 = V::Set(plan.beta2), rest2 = V::Set(1.0f - plan.beta2);
      lane::ForEach(team, padded / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
        float* first = own.state + i * V::kLanes;
        float* second = first + padded;
        float* p = own.parameters + i * V::kLanes;
        const V g = V::Load(own.gradient + i * V::kLanes);
        const V m = Fma(rest1, g, beta1 * V::Load(first));
        const V v = Fma(rest2, g * g, beta2 * V::Load(second));
        m.Store(first);
        v.Store(second);
        const V root = Sqrt(v * V::Set(correction2)) + V::Set(plan.epsilon);
        const V kept = Fnma(decay, V::Load(p), V::Load(p));
        Fnma(rate, m * V::Set(correction1) / root, kept).Store(p);
      });
    }
  };

  static PACELINE_LANE float Correction(float decay, const InnerStep& step) {
    const auto updates = static_cast<unsigned long>(step.iteration + 1);
    return static_cast<float>(1 / (1 - PortablePower(static_cast<double>(decay), updates)));
  }

  // Its target is zeros: what is left there becomes the step by TakeSizedStep. Ends with a Sync.
  template <class V, class Team>
  static PACELINE_LANE void UpdateMatrix(const Celo2Plan& plan, const AdafacDecays& decays,
                                         const float* prepared, const TensorStep& own,
                                         float* scratch, const Team& team) {
    AdafacMlpKernel::UpdateMatrix<Celo2Features, V>(plan, decays, prepared, own,
                                                    Direction{own.target}, scratch, team);
    team.Sync();
    if (plan.newton_schulz.steps > 0) {
      const NewtonSchulz iterations(plan.newton_schulz, own.tensor.rows, own.tensor.columns,
                                    scratch);
      iterations.Orthogonalize<V>(own.target, team);
    }
    const V decay = V::Set(plan.learning_rate * plan.weight_decay);
    lane::ForEach(team, own.tensor.padded_size() / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
      float* p = own.parameters + i * V::kLanes;
      Fnma(decay, V::Load(p), V::Load(p)).Store(p);
    });
    team.Sync();
  }
};

}  // namespace paceline
