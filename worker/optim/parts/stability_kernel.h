// Gradient clipping and steps of a given size (common/lopt/plan/stability_plan.h).
#pragma once

#include "common/lopt/plan/stability_plan.h"
#include "common/lopt/plan/tensor_plan.h"
#include "worker/optim/parts/element_sums.h"

namespace paceline {

// The largest |value|, to every thread; values [padded]. The order does not matter. scratch: [16].
// Ends with a Sync.
template <class V, class Team>
PACELINE_LANE float LargestSize(const Team& team, const float* values, size_t padded,
                                float* scratch) {
  lane::ForEach(team, kLaneGroup / V::kLanes, [&](size_t part) PACELINE_INLINE_LAMBDA {
    V largest = V::Set(0.0f);
    for (size_t at = part * V::kLanes; at < padded; at += kLaneGroup) {
      largest = Max(largest, Abs(V::Load(values + at)));
    }
    largest.Store(scratch + part * V::kLanes);
  });
  team.Sync();
  float largest = 0;
  for (uint32_t i = 0; i < kLaneGroup; ++i) largest = largest < scratch[i] ? scratch[i] : largest;
  team.Sync();
  return largest;
}

// What gradients are multiplied with so that their norm is at most `norm`. Ends with a Sync.
//
// Squares are of values divided by the largest, so that no finite gradient overflows.
template <class V, class Team>
PACELINE_LANE float NormFactor(const GradientClip& clip, const float* gradient, float* scratch,
                               const Team& team) {
  const uint32_t padded = Padded(static_cast<uint32_t>(clip.parameters));
  float* total = scratch + clip.sums;
  const float largest = LargestSize<V>(team, gradient, padded, total);
  if (!(largest > 0.0f)) return 1;
  SumElements<V, 1>(team, padded, total + kLaneGroup, total,
                    [&](uint32_t at, V* sum) PACELINE_INLINE_LAMBDA {
                      AddSquare(sum[0], V::Load(gradient + at) / V::Set(largest));
                    });
  const float norm = largest * Sqrt(lane::Scalar::Set(*total)).raw;
  return clip.norm < norm ? clip.norm / norm : 1.0f;
}

// The gradient [parameters] as the rule is to see it: itself, or clipped, in scratch. Ends with a
// Sync if it is clipped.
template <class V, class Team>
PACELINE_LANE_CALL const float* ClipGradient(const GradientClip& clip, const float* gradient,
                                             float* scratch, const Team& team) {
  const size_t padded = Padded(static_cast<uint32_t>(clip.parameters));
  float* clipped = scratch + clip.clipped;
  const float most = clip.element;
  lane::ForEach(team, padded, [&](size_t i) PACELINE_INLINE_LAMBDA {
    float g = i < clip.parameters ? gradient[i] : 0.0f;
    if (most > 0.0f) g = g < -most ? -most : most < g ? most : g;
    clipped[i] = g;
  });
  team.Sync();
  if (clip.norm > 0.0f) {
    const float factor = NormFactor<V>(clip, clipped, scratch, team);
    lane::ForEach(team, padded, [&](size_t i) PACELINE_INLINE_LAMBDA { clipped[i] *= factor; });
    team.Sync();
  }
  return clipped;
}

// `places` floats to 0. Ends with a Sync.
template <class Team>
PACELINE_LANE void SetZero(const Team& team, float* values, size_t places) {
  lane::ForEach(team, places, [&](size_t i) PACELINE_INLINE_LAMBDA { values[i] = 0.0f; });
  team.Sync();
}

// size/(rms + epsilon) of a tensor's steps [padded], to every thread; what lies in the padding does
// not count. Ends with a Sync.
template <class V, class Team>
PACELINE_LANE float StepFactor(const StepSize& size, const TensorPlan& tensor, const float* step,
                               float* scratch, const Team& team) {
  float* total = scratch + size.sums;
  const uint32_t width = tensor.padded_columns();
  SumElements<V, 1>(team, tensor.padded_size(), total + kLaneGroup, total,
                    [&](uint32_t at, V* sum) PACELINE_INLINE_LAMBDA {
                      const V inside = MaskOf<V>(at % width, tensor.columns);
                      const V x = V::Load(step + at);
                      AddSquare(sum[0], Select(inside == V::Set(0.0f), inside, x));
                    });
  const float mean = *total / static_cast<float>(tensor.size);
  return size.size / (Sqrt(lane::Scalar::Set(mean)).raw + size.epsilon);
}

// parameters ← parameters + factor·(minus the step), both [padded]. Ends without Sync.
template <class V, class Team>
PACELINE_LANE_CALL void TakeSizedStep(const StepSize& size, const TensorPlan& tensor,
                                      float* parameters, float* scratch, const Team& team) {
  team.Sync();
  const float* step = scratch + size.step;
  const V factor = V::Set(StepFactor<V>(size, tensor, step, scratch, team));
  lane::ForEach(team, tensor.padded_size() / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
    float* p = parameters + i * V::kLanes;
    Fma(factor, V::Load(step + i * V::kLanes), V::Load(p)).Store(p);
  });
}

}  // namespace paceline
