// Learnable SGD, momentum and Adam (reference 2.1).
#pragma once

#include "common/lane/portable_math.h"
#include "common/lane/team.h"
#include "common/lopt/hand_designed/plan.h"
#include "worker/optim/inner_step.h"

namespace paceline {

// rule(lane, at) for all elements, a V at a time; those that do not fill a V are done one by one:
// the bits are the same.
template <class V, class Team, class Rule>
PACELINE_LANE void ApplyToAll(const Team& team, size_t size, const Rule& rule) {
  const size_t whole = size / V::kLanes;
  lane::ForEach(team, whole,
                [&](size_t i) PACELINE_INLINE_LAMBDA { rule(V::Set(0.0f), i * V::kLanes); });
  lane::ForEach(team, size - whole * V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
    rule(lane::Scalar::Set(0.0f), whole * V::kLanes + i);
  });
  team.Sync();
}

template <class Team>
PACELINE_LANE void SetToZero(const Team& team, float* values, size_t size) {
  lane::ForEach(team, size, [&](size_t i) PACELINE_INLINE_LAMBDA { values[i] = 0.0f; });
  team.Sync();
}

struct LearnableSgdKernel {
  template <class V, class Team>
  static PACELINE_LANE void Prepare(const LearnableSgdPlan& plan, const float* theta,
                                    float* prepared, const Team& team) {
    lane::ForEach(team, 1, [&](size_t) PACELINE_INLINE_LAMBDA {
      prepared[0] = static_cast<float>(PortableExp(theta[plan.log_learning_rate]));
    });
    team.Sync();
  }
  template <class V, class Team>
  static PACELINE_LANE void InitState(const LearnableSgdPlan&, const float*, float*, const Team&) {}

  template <class V, class Team>
  static PACELINE_LANE void Update(const LearnableSgdPlan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float*, float*,
                                   const Team& team) {
    const float rate = prepared[0];
    ApplyToAll<V>(team, plan.parameters, [&](auto lane, size_t at) PACELINE_INLINE_LAMBDA {
      using L = decltype(lane);
      float* p = parameters + at;
      Fnma(L::Set(rate), L::Load(step.gradient + at), L::Load(p)).Store(p);
    });
  }
};

// trace ← g + momentum·trace;  p ← p − lr·trace
struct LearnableSgdmKernel {
  template <class V, class Team>
  static PACELINE_LANE void Prepare(const LearnableSgdmPlan& plan, const float* theta,
                                    float* prepared, const Team& team) {
    PrepareRule(plan, theta, prepared, team);
    team.Sync();
  }
  // Of any plan with momentum's leaves. Ends without Sync.
  template <class Plan, class Team>
  static PACELINE_LANE void PrepareRule(const Plan& plan, const float* theta, float* prepared,
                                        const Team& team) {
    lane::ForEach(team, 1, [&](size_t) PACELINE_INLINE_LAMBDA {
      prepared[0] = static_cast<float>(PortableExp(theta[plan.log_learning_rate]));
      prepared[1] = static_cast<float>(1 - PortableExp(theta[plan.log_one_minus_momentum]));
    });
  }
  template <class V, class Team>
  static PACELINE_LANE void InitState(const LearnableSgdmPlan& plan, const float*, float* state,
                                      const Team& team) {
    SetToZero(team, state, plan.state_size);
  }

  template <class V, class Team>
  static PACELINE_LANE void Update(const LearnableSgdmPlan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* trace, float*,
                                   const Team& team) {
    Step<V>(plan.parameters, prepared[0], prepared[1], step, parameters, trace, team);
  }

  template <class V, class Team>
  static PACELINE_LANE void Step(size_t count, float rate, float momentum, const InnerStep& step,
                                 float* parameters, float* trace, const Team& team) {
    ApplyToAll<V>(team, count, [&](auto lane, size_t at) PACELINE_INLINE_LAMBDA {
      using L = decltype(lane);
      float* p = parameters + at;
      const L t = Fma(L::Set(momentum), L::Load(trace + at), L::Load(step.gradient + at));
      t.Store(trace + at);
      Fnma(L::Set(rate), t, L::Load(p)).Store(p);
    });
  }
};

// p ← p − lr·m̂ / (√(v̂ + 1e-8) + ε)
struct LearnableAdamKernel {
  // Prepared floats.
  enum { kRate, kBeta1, kOneMinusBeta1, kBeta2, kOneMinusBeta2, kEpsilon };

  template <class V, class Team>
  static PACELINE_LANE void Prepare(const LearnableAdamPlan& plan, const float* theta,
                                    float* prepared, const Team& team) {
    PrepareRule(plan, theta, prepared, team);
    team.Sync();
  }
  // Of any plan with Adam's leaves. Ends without Sync.
  template <class Plan, class Team>
  static PACELINE_LANE void PrepareRule(const Plan& plan, const float* theta, float* prepared,
                                        const Team& team) {
    lane::ForEach(team, 1, [&](size_t) PACELINE_INLINE_LAMBDA {
      prepared[kRate] = static_cast<float>(PortableExp(theta[plan.log_learning_rate]));
      // 1 − β as a float32 program has it: of the rounded β.
      prepared[kBeta1] = static_cast<float>(1 - PortableExp(theta[plan.log_one_minus_beta1]));
      prepared[kOneMinusBeta1] = 1 - prepared[kBeta1];
      prepared[kBeta2] = static_cast<float>(1 - PortableExp(theta[plan.log_one_minus_beta2]));
      prepared[kOneMinusBeta2] = 1 - prepared[kBeta2];
      prepared[kEpsilon] = static_cast<float>(PortableExp(theta[plan.log_epsilon]));
    });
  }
  template <class V, class Team>
  static PACELINE_LANE void InitState(const LearnableAdamPlan& plan, const float*, float* state,
                                      const Team& team) {
    SetToZero(team, state, plan.state_size);
  }

  // 1 / (1 − β^updates)
  static PACELINE_LANE float BiasCorrection(float decay, int64_t updates) {
    return static_cast<float>(1 / (1 - PortablePower(decay, static_cast<unsigned long>(updates))));
  }

  template <class V, class Team>
  static PACELINE_LANE void Update(const LearnableAdamPlan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* state, float*,
                                   const Team& team) {
    Step<V>(plan.parameters, prepared[kRate], prepared, step, parameters, state, team);
  }

  template <class V, class Team>
  static PACELINE_LANE void Step(size_t count, float rate, const float* prepared,
                                 const InnerStep& step, float* parameters, float* state,
                                 const Team& team) {
    float* first = state;
    float* second = state + count;
    const float first_correction = BiasCorrection(prepared[kBeta1], step.iteration + 1);
    const float second_correction = BiasCorrection(prepared[kBeta2], step.iteration + 1);
    ApplyToAll<V>(team, count, [&](auto lane, size_t at) PACELINE_INLINE_LAMBDA {
      using L = decltype(lane);
      float* p = parameters + at;
      const L g = L::Load(step.gradient + at);
      const L m =
          Fma(L::Set(prepared[kOneMinusBeta1]), g, L::Set(prepared[kBeta1]) * L::Load(first + at));
      const L v = Fma(L::Set(prepared[kOneMinusBeta2]), g * g,
                      L::Set(prepared[kBeta2]) * L::Load(second + at));
      m.Store(first + at);
      v.Store(second + at);
      const L root = Sqrt(Fma(v, L::Set(second_correction), L::Set(1e-8f)));
      const L direction = m * L::Set(first_correction) / (root + L::Set(prepared[kEpsilon]));
      Fnma(L::Set(rate), direction, L::Load(p)).Store(p);
    });
  }
};

}  // namespace paceline
