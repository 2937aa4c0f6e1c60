// What HyperV2's LSTM sees of a tensor: reference 2.7's 30 or 31 features, from the accumulators
// and the parameters before the step.
#pragma once

#include "common/lopt/hyper_v2/plan.h"
#include "worker/optim/parts/loss_history_kernel.h"
#include "worker/optim/parts/tensor_statistics_kernel.h"

namespace paceline {

// Of one tensor: sums over its elements, as floats in scratch.
enum HyperV2Statistic {
  kSumMomenta = 0,  // [3]
  kSumRms = 3,
  kSumSquaredParameters = 4,
  kMomentaSpread = 5,  // [3] Σ (m − mean m)²
  kRmsSpread = 8,      // [3] Σ (rms − mean m)², as published
  kHyperV2Statistics = 16,
};

// totals [16]. Ends with a Sync.
template <class V, class Team>
PACELINE_LANE void FindStatistics(const Team& team, const TensorPlan& tensor,
                                  const float* parameters, const float* moments, float* sums,
                                  float* totals) {
  const uint32_t padded = tensor.padded_size(), width = tensor.padded_columns();
  const float* rms = moments + size_t{kAdafacDecays} * padded;
  SumElements<V, 4>(team, padded, sums, totals, [&](uint32_t at, V* s) PACELINE_INLINE_LAMBDA {
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      s[k] = s[k] + V::Load(moments + size_t{k} * padded + at);
    }
    s[kSumRms] = s[kSumRms] + V::Load(rms + at);
  });
  SumElements<V, 1>(team, Padded(tensor.size), sums, totals + kSumSquaredParameters,
                    [&](uint32_t at, V* s) PACELINE_INLINE_LAMBDA {
                      AddSquare(s[0], LoadElements<V>(parameters, at, tensor.size));
                    });
  V means[kAdafacDecays];
  PACELINE_UNROLL(3)
  for (uint32_t k = 0; k < kAdafacDecays; ++k) {
    means[k] = V::Set(totals[kSumMomenta + k] / static_cast<float>(tensor.size));
  }
  const bool has_padding = padded != tensor.size;
  SumElements<V, 6>(
      team, padded, sums, totals + kMomentaSpread, [&](uint32_t at, V* s) PACELINE_INLINE_LAMBDA {
        const V mask = has_padding ? MaskOf<V>(at % width, tensor.columns) : V::Set(1.0f);
        const V r = V::Load(rms + at);
        PACELINE_UNROLL(3)
        for (uint32_t k = 0; k < kAdafacDecays; ++k) {
          const V m = V::Load(moments + size_t{k} * padded + at);
          AddSquareOf(m - means[k], mask, s[k]);
          AddSquareOf(r - means[k], mask, s[kAdafacDecays + k]);
        }
      });
}

// One tensor's features behind the shared ones. The parameters' scale takes the place of units.
PACELINE_LANE void FillTensorFeatures(const HyperV2Plan& plan, const TensorPlan& tensor,
                                      const float* totals, float* features) {
  using lane::Scalar;
  const float size = static_cast<float>(tensor.size);
  const float mean_square = totals[kSumSquaredParameters] / size;
  const float scale = Rsqrt(Max(Scalar::Set(1e-9f), Scalar::Set(mean_square))).raw;
  uint32_t next = 0;
  const auto add_log = [&](float x) PACELINE_INLINE_LAMBDA {
    features[next++] = 0.5f * ClippedLog(10.0f * x);
  };
  add_log(scale * totals[kSumRms] / size);
  uint32_t long_axes = 0;
  for (uint32_t axis = 0; axis < tensor.rank; ++axis) long_axes += tensor.shape[axis] > 1 ? 1 : 0;
  for (uint32_t rank = 0; rank < 5; ++rank) features[next++] = rank == long_axes ? 1.0f : 0.0f;
  for (uint32_t k = 0; k < 2 * kAdafacDecays; ++k) {
    add_log(scale * scale * (totals[kMomentaSpread + k] / size));
  }
  if (plan.has_validation_feature) features[next++] = plan.validation_feature;
}

// From the state before the step: statistics and tensor_features in scratch. Ends with a Sync.
template <class V, class Team>
PACELINE_LANE void FindTensorFeatures(const Team& team, const HyperV2Plan& plan,
                                      const InnerStep& step, const float* parameters, float* state,
                                      float* scratch) {
  float* shared = scratch + plan.shared_features;
  ProgressFeatures(team, step, shared);
  MoveLossHistory(team, step, plan.equal_loss_decays, state + plan.loss_history,
                  scratch + plan.loss_scratch, shared + kProgressFeatures);
  float* statistics = scratch + plan.statistics;
  for (uint32_t i = 0; i < plan.tensor_count; ++i) {
    const TensorPlan& tensor = plan.tensors[i];
    FindStatistics<V>(team, tensor, parameters + tensor.offset, state + tensor.state,
                      scratch + plan.sums, statistics + size_t{i} * kHyperV2Statistics);
  }
  constexpr uint32_t kShared = kProgressFeatures + kLossFeatures;
  lane::ForEach(team, plan.tensor_count, [&](size_t i) {
    float* features = scratch + plan.tensor_features + i * Padded(plan.features);
    for (uint32_t k = 0; k < kShared; ++k) features[k] = shared[k];
    FillTensorFeatures(plan, plan.tensors[i], statistics + i * kHyperV2Statistics,
                       features + kShared);
  });
  team.Sync();
}

}  // namespace paceline
