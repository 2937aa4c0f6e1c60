// AdafacMLP (reference 2.3).
#pragma once

#include "common/lane/portable_math.h"
#include "worker/optim/adafac_mlp/tensor_kernel.h"
#include "worker/optim/adafac_mlp/vector_kernel.h"

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
                     [&](const TensorStep& own) PACELINE_INLINE_LAMBDA {
                       UpdateTensor<V>(plan, decays, prepared, own, own.Learned(plan.network),
                                       scratch, team);
                     });
  }

 protected:
  static PACELINE_LANE AdafacArrays ArraysOf(const AdafacMlpPlan& plan, const TensorStep& own,
                                             float* scratch) {
    const uint32_t padded = own.tensor.padded_size();
    return {.gradient = own.gradient,
            .parameters = own.parameters,
            .momenta = own.state,
            .rms = own.state + size_t{kAdafacDecays} * padded,
            .inverse_rms = scratch + plan.inverse_rms,
            .padded = padded};
  }

  // Tensors of rank ≥ 2.
  template <class Features, class V, class Applied, class Team>
  static PACELINE_LANE void UpdateMatrix(const AdafacMlpPlan& plan, const AdafacDecays& decays,
                                         const float* prepared, const TensorStep& own,
                                         const Applied& apply, float* scratch, const Team& team) {
    const AdafacArrays arrays = ArraysOf(plan, own, scratch);
    float* moments = arrays.rms + arrays.padded;
    const AdafacTensor<Features, Applied> matrix = {
        .plan = plan,
        .tensor = own.tensor,
        .arrays = arrays,
        .decays = decays,
        .curvature = own.curvature,
        .rows = Rows(plan, own.tensor, moments, scratch),
        .columns = Columns(plan, own.tensor, moments, scratch),
        .prepared = prepared,
        .scratch = scratch,
        .apply = apply};
    matrix.template Update<V>(team);
  }

  // Tensors of any rank.
  template <class Features, class V, class Applied, class Team>
  static PACELINE_LANE void UpdateWith(const AdafacMlpPlan& plan, const AdafacDecays& decays,
                                       const float* prepared, const TensorStep& own,
                                       const Applied& apply, float* scratch, const Team& team) {
    if (own.tensor.factored) {
      UpdateMatrix<Features, V>(plan, decays, prepared, own, apply, scratch, team);
    } else {
      const AdafacArrays arrays = ArraysOf(plan, own, scratch);
      const AdafacVector<Features, Applied> vector = {.plan = plan,
                                                      .arrays = arrays,
                                                      .decays = decays,
                                                      .curvature = own.curvature,
                                                      .size = own.tensor.size,
                                                      .moments = arrays.rms + arrays.padded,
                                                      .prepared = prepared,
                                                      .scratch = scratch,
                                                      .apply = apply};
      vector.template Update<V>(team);
    }
  }
  template <class V, class Applied, class Team>
  static PACELINE_LANE void UpdateTensor(const AdafacMlpPlan& plan, const AdafacDecays& decays,
                                         const float* prepared, const TensorStep& own,
                                         const Applied& apply, float* scratch, const Team& team) {
    UpdateWith<AdafacFeatures, V>(plan, decays, prepared, own, apply, scratch, team);
  }

 private:
  // d = 1 − (1 − d₀)·e^(10δ), the rms's and the factored moments' clipped to [0, 1]; 1 − d is that
  // of the rounded d, as in a float32 program.
  static PACELINE_LANE Decay LearnedDecay(const AdafacMlpPlan& plan, const float* theta,
                                          uint32_t i) {
    const uint32_t k = i < 3 ? i : i - 4;
    const uint32_t leaf = i < 3    ? plan.momentum_decays + k
                          : i == 3 ? plan.rms_decay
                                   : plan.factored_decays + k;
    const double complement = (1 - static_cast<double>(plan.initial_decays[i])) *
                              PortableExp(10.0 * static_cast<double>(theta[leaf]));
    float decay = static_cast<float>(1 - complement);
    if (i >= 3) decay = decay < 0.0f ? 0.0f : 1.0f < decay ? 1.0f : decay;
    return {decay, 1 - decay};
  }

  static PACELINE_LANE AdafacSide SideOf(const AdafacSideScratch& own, uint32_t batches,
                                         uint32_t size, uint32_t others, bool smaller,
                                         float* moments, float* scratch) {
    return {.size = size,
            .padded = Padded(size),
            .stride = batches * Padded(size),
            .others = others,
            .smaller = smaller,
            .moments = moments,
            .sums = scratch + own.sums,
            .inverse_roots = scratch + own.inverse_roots,
            .factors = scratch + own.factors,
            .means = scratch + own.means};
  }
  static PACELINE_LANE AdafacSide Rows(const AdafacMlpPlan& plan, const TensorPlan& tensor,
                                       float* moments, float* scratch) {
    return SideOf(plan.rows, tensor.batches, tensor.rows, tensor.columns, tensor.columns_are_larger,
                  moments, scratch);
  }
  static PACELINE_LANE AdafacSide Columns(const AdafacMlpPlan& plan, const TensorPlan& tensor,
                                          float* moments, float* scratch) {
    return SideOf(plan.columns, tensor.batches, tensor.columns, tensor.rows,
                  !tensor.columns_are_larger,
                  moments + kAdafacDecays * tensor.batches * Padded(tensor.rows), scratch);
  }
};

}  // namespace paceline
