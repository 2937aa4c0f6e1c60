// The linear per-parameter optimizer: step = step_multiplier·(bias + Σ weight·feature).
#pragma once

#include "common/lane/portable_math.h"
#include "common/lopt/linear/plan.h"
#include "worker/optim/parts/per_parameter_kernel.h"

namespace paceline {

struct LinearKernel : PerParameterKernel {
  template <class V, class Team>
  static PACELINE_LANE void Prepare(const LinearPlan& plan, const float* theta, float* prepared,
                                    const Team& team) {
    lane::ForEach(team, 1, [&](size_t) PACELINE_INLINE_LAMBDA {
      prepared[0] = theta[plan.bias_leaf];
      float* to = prepared + 1;
      for (uint32_t group = 0; group < kLinearGroups; ++group) {
        for (uint32_t c = 0; c < plan.columns[group]; ++c) *to++ = theta[plan.leaves[group] + c];
      }
    });
    team.Sync();
  }

  template <class V, class Team>
  static PACELINE_LANE void Update(const LinearPlan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* state,
                                   float* scratch, const Team& team) {
    const Corrections corrections(plan, step.iteration + 1);
    UpdateTensors<V>(plan, prepared, step, parameters, state, scratch, team,
                     [&](const TensorStep& own) PACELINE_INLINE_LAMBDA {
                       UpdateTensor<V>(plan, corrections, prepared, own, scratch, team);
                     });
  }

 private:
  // 1 / (1 − decay^updates), or 1.
  struct Corrections {
    float momenta[kMaxLinearMomenta];
    float moments[kMaxLinearMoments];

    PACELINE_LANE Corrections(const LinearPlan& plan, int64_t updates) {
      for (uint32_t k = 0; k < plan.momenta; ++k) {
        momenta[k] = Of(plan, plan.momentum_decays[k], updates);
      }
      for (uint32_t k = 0; k < plan.moments; ++k) {
        moments[k] = Of(plan, plan.moment_decays[k], updates);
      }
    }
    static PACELINE_LANE float Of(const LinearPlan& plan, float decay, int64_t updates) {
      if (!plan.bias_correction) return 1;
      const double power =
          PortablePower(static_cast<double>(decay), static_cast<unsigned long>(updates));
      return static_cast<float>(1 / (1 - power));
    }
  };

  // One lane of elements, after its accumulators have moved.
  template <class V>
  struct Element {
    V gradient, parameter;
    V momenta[kMaxLinearMomenta];
    V moments[kMaxLinearMoments];
    V inverse_roots[kMaxLinearMoments];  // 1 / (√v + epsilon); 0 in the padding

    template <class Corrected>
    PACELINE_LANE Element(const LinearPlan& plan, const TensorStep& own, const Corrected& by,
                          bool move, uint32_t at) {
      const size_t padded = own.tensor.padded_size();
      gradient = V::Load(own.gradient + at);
      parameter = V::Load(own.parameters + at);
      float* place = own.state + at;
      for (uint32_t k = 0; k < plan.momenta; ++k, place += padded) {
        momenta[k] = Moved(plan.momentum_decays[k], gradient, move, place) * V::Set(by.momenta[k]);
      }
      const V mask = MaskOf<V>(at, own.tensor.size);
      for (uint32_t k = 0; k < plan.moments; ++k, place += padded) {
        moments[k] =
            Moved(plan.moment_decays[k], gradient * gradient, move, place) * V::Set(by.moments[k]);
        inverse_roots[k] = mask / (Sqrt(moments[k]) + V::Set(plan.epsilon));
      }
    }
    static PACELINE_LANE V Moved(float decay, V next, bool move, float* place) {
      if (!move) return V::Load(place);
      const V moved = Fma(V::Set(1.0f - decay), next, V::Set(decay) * V::Load(place));
      moved.Store(place);
      return moved;
    }

    // visit(value) of every chosen column, in order.
    template <class Visit>
    PACELINE_LANE void ForColumns(const LinearPlan& plan, const Visit& visit) const {
      if (plan.columns[kLinearGradient] > 0) visit(gradient);
      if (plan.columns[kLinearParameter] > 0) visit(parameter);
      for (uint32_t k = 0; k < plan.columns[kLinearMomentum]; ++k) visit(momenta[k]);
      for (uint32_t k = 0; k < plan.columns[kLinearRms]; ++k) visit(moments[k]);
      for (uint32_t k = 0; k < plan.columns[kLinearInverseRms]; ++k) visit(inverse_roots[k]);
      for (uint32_t k = 0; k < plan.columns[kLinearScaledGradient]; ++k) {
        visit(gradient * inverse_roots[k]);
      }
      if (plan.columns[kLinearScaledMomentum] == 0) return;
      for (uint32_t k = 0; k < plan.momenta; ++k) {
        for (uint32_t j = 0; j < plan.moments; ++j) visit(momenta[k] * inverse_roots[j]);
      }
    }
  };

  template <class V>
  static PACELINE_LANE void Move(const LinearPlan& plan, const Element<V>& element, float bias,
                                 const float* weights, float* target) {
    V sum = V::Set(bias);
    element.ForColumns(
        plan, [&](V value) PACELINE_INLINE_LAMBDA { sum = Fma(V::Set(*weights++), value, sum); });
    Fnma(V::Set(plan.step_multiplier), sum, V::Load(target)).Store(target);
  }

  template <class V, class Team>
  static PACELINE_LANE void UpdateTensor(const LinearPlan& plan, const Corrections& corrections,
                                         const float* prepared, const TensorStep& own,
                                         float* scratch, const Team& team) {
    const uint32_t padded = own.tensor.padded_size();
    const float* weights = prepared + 1;
    if (plan.normalize) {
      weights = scratch + plan.scaled_weights;
      ScaleColumns<V>(plan, corrections, prepared + 1, own, scratch, team);
    }
    lane::ForEach(team, padded / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
      const auto at = static_cast<uint32_t>(i * V::kLanes);
      const Element<V> element(plan, own, corrections, !plan.normalize, at);
      Move(plan, element, prepared[0], weights, own.target + at);
    });
  }

  // Moves the accumulators; weights times the columns' normalisers. Ends with a Sync.
  template <class V, class Team>
  static PACELINE_LANE_CALL void ScaleColumns(const LinearPlan& plan,
                                              const Corrections& corrections, const float* weights,
                                              const TensorStep& own, float* scratch,
                                              const Team& team) {
    float* totals = scratch + plan.totals;
    SumElements<V, kMaxLinearColumns>(
        team, own.tensor.padded_size(), scratch + plan.sums, totals,
        [&](uint32_t at, V* squares) PACELINE_INLINE_LAMBDA {
          const Element<V> element(plan, own, corrections, true, at);
          element.ForColumns(plan,
                             [&](V value) PACELINE_INLINE_LAMBDA { AddSquare(*squares++, value); });
        });
    uint32_t count = 0;
    for (uint32_t group = 0; group < kLinearGroups; ++group) count += plan.columns[group];
    lane::ForEach(team, count, [&](size_t c) PACELINE_INLINE_LAMBDA {
      scratch[plan.scaled_weights + c] =
          weights[c] * Normalizer(totals[c], static_cast<float>(own.tensor.size));
    });
    team.Sync();
  }
};

}  // namespace paceline
