// One tensor's step, whatever its rank, for every family with AdafacMLP's features.
#pragma once

#include "worker/optim/adafac_tensor_kernel.h"
#include "worker/optim/adafac_vector_kernel.h"

namespace paceline {

PACELINE_LANE AdafacSide AdafacSideOf(const AdafacSideScratch& own, uint32_t batches, uint32_t size,
                                      uint32_t others, bool smaller, float* moments,
                                      float* scratch) {
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
PACELINE_LANE AdafacSide AdafacRows(const AdafacMlpPlan& plan, const TensorPlan& tensor,
                                    float* moments, float* scratch) {
  return AdafacSideOf(plan.rows, tensor.batches, tensor.rows, tensor.columns,
                      tensor.columns_are_larger, moments, scratch);
}
PACELINE_LANE AdafacSide AdafacColumns(const AdafacMlpPlan& plan, const TensorPlan& tensor,
                                       float* moments, float* scratch) {
  return AdafacSideOf(plan.columns, tensor.batches, tensor.columns, tensor.rows,
                      !tensor.columns_are_larger,
                      moments + kAdafacDecays * tensor.batches * Padded(tensor.rows), scratch);
}

// `prepared` is what the plan's network counts its weights from; `momenta` the tensor's state.
template <class Features, class V, class Applied, class Team>
PACELINE_LANE void UpdateAdafacTensor(const AdafacMlpPlan& plan, const TensorPlan& tensor,
                                      const AdafacDecays& decays, const float* prepared,
                                      const StagedTensor& staged, float* momenta,
                                      const Applied& apply, float* scratch, const Team& team) {
  const uint32_t padded = tensor.padded_size();
  const AdafacArrays arrays = {.gradient = staged.gradient,
                               .parameters = staged.parameters,
                               .momenta = momenta,
                               .rms = momenta + size_t{kAdafacDecays} * padded,
                               .inverse_rms = scratch + plan.inverse_rms,
                               .padded = padded};
  float* moments = arrays.rms + padded;
  if (tensor.factored) {
    const AdafacTensor<Features, Applied> own = {
        .plan = plan,
        .tensor = tensor,
        .arrays = arrays,
        .decays = decays,
        .rows = AdafacRows(plan, tensor, moments, scratch),
        .columns = AdafacColumns(plan, tensor, moments, scratch),
        .prepared = prepared,
        .scratch = scratch,
        .apply = apply};
    own.template Update<V>(team);
  } else {
    const AdafacVector<Features, Applied> own = {.plan = plan,
                                                 .arrays = arrays,
                                                 .decays = decays,
                                                 .size = tensor.size,
                                                 .moments = moments,
                                                 .prepared = prepared,
                                                 .scratch = scratch,
                                                 .apply = apply};
    own.template Update<V>(team);
  }
}

}  // namespace paceline
