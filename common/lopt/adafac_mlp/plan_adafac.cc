#include "common/lopt/adafac_mlp/plan_adafac.h"

#include <algorithm>

#include "common/lopt/plan/plan_tensor.h"
#include "common/lopt/plan/scratch.h"

namespace paceline {
namespace {

// Kernel input → column of reference 2.3: per element; v_row, its inverse roots; v_col, likewise.
constexpr uint8_t kElementColumns[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 25, 26, 27};
constexpr uint8_t kSideColumns[] = {13, 14, 15, 19, 20, 21, 16, 17, 18, 22, 23, 24};

InputRows RowsOfInputs(const FeatureRows& rows) {
  InputRows result{.inputs = {}, .time = rows.time};
  for (const uint8_t column : kElementColumns) result.inputs.push_back(rows.own[column]);
  for (const uint8_t row : CurvatureInputRows(rows)) result.inputs.push_back(row);
  for (const uint8_t column : kSideColumns) result.inputs.push_back(rows.own[column]);
  return result;
}

// Floats of a tensor's second moments along one axis of this length.
size_t SideSize(const TensorPlan& plan, uint32_t length) {
  return size_t{kAdafacDecays} * plan.batches * Padded(length);
}

// `length` of a tensor is that of the axis; 0 where it has no such axis.
template <class Length>
AdafacSideScratch TakeSide(const std::vector<TensorPlan>& tensors, const Length& length,
                           FloatSlices& scratch) {
  const size_t size = Largest(tensors, [&](const TensorPlan& t) { return SideSize(t, length(t)); });
  AdafacSideScratch side;
  side.sums = scratch.Take(size / kAdafacDecays);
  side.inverse_roots = scratch.Take(size);
  side.factors = scratch.Take(size);
  side.means =
      scratch.Take(Largest(tensors, [](const TensorPlan& t) { return kAdafacDecays * t.batches; }));
  return side;
}

}  // namespace

void SetInitialDecays(const AdafacDecayValues& values, AdafacMlpPlan& plan) {
  for (uint32_t k = 0; k < kAdafacDecays; ++k) {
    plan.initial_decays[k] = static_cast<float>(values.momentum[k]);
    plan.initial_decays[kAdafacDecays + 1 + k] = static_cast<float>(values.factored[k]);
  }
  plan.initial_decays[kAdafacDecays] = static_cast<float>(values.rms);
}

size_t AdafacStateSize(const TensorPlan& plan) {
  const size_t padded = plan.padded_size();
  const size_t second_moments = plan.factored
                                    ? SideSize(plan, plan.rows) + SideSize(plan, plan.columns)
                                    : kAdafacDecays * padded;
  return (kAdafacDecays + 1) * padded + second_moments;
}

void TakeAdafacScratch(const std::vector<TensorPlan>& tensors, AdafacMlpPlan& plan,
                       FloatSlices& scratch) {
  const size_t width = plan.network.padded_hidden, hidden = plan.network.hidden;
  const auto rows = [](const TensorPlan& t) { return t.factored ? t.rows : 0; };
  const auto columns = [](const TensorPlan& t) { return t.factored ? t.columns : 0; };
  plan.inverse_rms =
      scratch.Take(Largest(tensors, [](const TensorPlan& t) { return t.padded_size(); }));
  const size_t most_rows =
      Largest(tensors, [&](const TensorPlan& t) { return size_t{t.batches} * rows(t); });
  plan.row_start = scratch.Take(most_rows * width);
  plan.column_start = scratch.Take(hidden * Largest(tensors, [&](const TensorPlan& t) {
                                     return size_t{t.batches} * Padded(columns(t));
                                   }));
  plan.rows = TakeSide(tensors, rows, scratch);
  plan.columns = TakeSide(tensors, columns, scratch);
  // Only a team of several threads uses it.
  const size_t most_lines = std::max(
      most_rows, Largest(tensors, [](const TensorPlan& t) { return kAdafacDecays * t.batches; }));
  plan.row_partials = scratch.Take(most_lines * kLaneGroup);
}

void PlanAdafac(const ThetaLayout& layout, const NetworkSettings& settings,
                const PerParameterOptions& options, const std::vector<ParameterTensor>& tensors,
                std::vector<TensorPlan>& plans, AdafacMlpPlan& plan, FloatSlices& scratch) {
  std::vector<LayerPaths> paths;
  for (size_t i = 0; i <= settings.layers; ++i) {
    paths.push_back({"nn/~/w" + std::to_string(i), "nn/~/b" + std::to_string(i)});
  }
  const auto leaf = [&](const char* path) {
    return static_cast<uint32_t>(layout.leaf(path).offset);
  };
  plan.momentum_decays = leaf("momentum_decays");
  plan.rms_decay = leaf("rms_decays");
  plan.factored_decays = leaf("adafactor_decays");
  for (const ParameterTensor& tensor : tensors) {
    plans.push_back(PlanFactored(tensor));
    PlaceState(options.rows, AdafacStateSize(plans.back()), plans.back(), plan);
  }
  FloatSlices prepared;
  plan.network =
      PlanNetwork(layout, settings, paths, RowsOfInputs(options.rows), prepared, scratch);
  plan.decays = prepared.Take(2 * (2 * kAdafacDecays + 1));
  TakeAdafacScratch(plans, plan, scratch);
  PlanShared(options, plans, kAdafacFeatures, kAdafacVectorInputs, plan, scratch);
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = prepared.used();
}

}  // namespace paceline
