// Lion-like sign momentum (optimizer.proto's SignMomentum has the formula and its source).
#pragma once

#include "common/lopt/sign_momentum/plan.h"
#include "worker/optim/hand_designed/kernel.h"

namespace paceline {

struct SignMomentumKernel {
  // Prepared floats.
  enum { kRate, kBeta1, kOneMinusBeta1, kBeta2, kOneMinusBeta2, kEpsilon };

  template <class V, class Team>
  static PACELINE_LANE void Prepare(const SignMomentumPlan& plan, const float* theta,
                                    float* prepared, const Team& team) {
    lane::ForEach(team, 1, [&](size_t) PACELINE_INLINE_LAMBDA {
      prepared[kRate] = static_cast<float>(PortableExp(theta[plan.log_learning_rate]));
      // 1 − β as a float32 program has it: of the rounded β.
      prepared[kBeta1] = static_cast<float>(1 - PortableExp(theta[plan.log_one_minus_beta1]));
      prepared[kOneMinusBeta1] = 1 - prepared[kBeta1];
      prepared[kBeta2] = static_cast<float>(1 - PortableExp(theta[plan.log_one_minus_beta2]));
      prepared[kOneMinusBeta2] = 1 - prepared[kBeta2];
      // An ε that is no normal number would make 0 / 0 of an element without a gradient.
      constexpr float kLeast = 1.17549435e-38f;
      const auto epsilon = static_cast<float>(PortableExp(theta[plan.log_epsilon]));
      prepared[kEpsilon] = epsilon < kLeast ? kLeast : epsilon;
    });
    team.Sync();
  }
  template <class V, class Team>
  static PACELINE_LANE void InitState(const SignMomentumPlan& plan, const float*, float* state,
                                      const Team& team) {
    SetToZero(team, state, plan.state_size);
  }

  template <class V, class Team>
  static PACELINE_LANE void Update(const SignMomentumPlan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* momentum,
                                   float*, const Team& team) {
    ApplyToAll<V>(team, plan.parameters, [&](auto lane, size_t at) PACELINE_INLINE_LAMBDA {
      using L = decltype(lane);
      float* p = parameters + at;
      const L g = L::Load(step.gradient + at), m = L::Load(momentum + at), old = L::Load(p);
      const L c = Fma(L::Set(prepared[kOneMinusBeta1]), g, L::Set(prepared[kBeta1]) * m);
      const L sign = c / (Abs(c) + L::Set(prepared[kEpsilon]));
      Fma(L::Set(prepared[kOneMinusBeta2]), g, L::Set(prepared[kBeta2]) * m).Store(momentum + at);
      Fnma(L::Set(prepared[kRate]), Fma(L::Set(plan.weight_decay), old, sign), old).Store(p);
    });
  }
};

}  // namespace paceline
