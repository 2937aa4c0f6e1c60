// What the plans of all per-parameter networks have in common.
#pragma once

#include <vector>

#include "common/lopt/curvature.h"
#include "common/lopt/features.h"
#include "common/lopt/plan/per_parameter_plan.h"
#include "common/lopt/plan/plan_network.h"

namespace paceline {

// What a family's config says of its inputs and steps.
struct PerParameterOptions {
  v1::Clip clip;
  v1::UpdateRms update_rms;
  FeatureRows rows;
  double curvature_decay = 0;
};

template <class Config>
PerParameterOptions OptionsOf(const Config& own) {
  return {.clip = own.clip(),
          .update_rms = own.update_rms(),
          .rows = RowsOf(own),
          .curvature_decay = CurvatureNeedsOf(own).decay};
}

// Of a family whose inputs are fixed.
inline FeatureRows NoRows() {
  return {.own = {}, .curvature = std::vector<uint8_t>(kCurvatureColumns, kNoRow)};
}
// The rows of those curvature inputs that the network sees.
std::vector<uint8_t> CurvatureInputRows(const FeatureRows& rows);
// Gives a tensor its place in the state: `own` floats of the family's and what curvature wants.
void PlaceState(const FeatureRows& rows, size_t own, TensorPlan& tensor, PerParameterPlan& plan);
// Once all tensors have theirs; own_features: kept in `totals`, own_sums: taken at once, at most.
// Takes the shared slices of the scratch.
void PlanShared(const PerParameterOptions& options, const std::vector<TensorPlan>& tensors,
                size_t own_features, size_t own_sums, PerParameterPlan& plan, FloatSlices& scratch);

// The largest of what the tensors want.
template <class Size>
size_t Largest(const std::vector<TensorPlan>& tensors, const Size& size) {
  size_t largest = 0;
  for (const TensorPlan& tensor : tensors) largest = std::max<size_t>(largest, size(tensor));
  return largest;
}

}  // namespace paceline
