#include <algorithm>

#include "worker/optim/make.h"
#include "worker/optim/plan_network.h"
#include "worker/optim/scratch.h"

namespace paceline {
namespace {

// Kernel input → row of reference 2.3: per element; v_row, its inverse roots; v_col, likewise.
const std::vector<uint8_t> kInputRows = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 25,
                                         26, 27, 13, 14, 15, 19, 20, 21, 16, 17, 18, 22, 23, 24};

// Floats of a tensor's second moments along one axis of this length.
size_t SideSize(const TensorPlan& plan, uint32_t length) {
  return size_t{kAdafacDecays} * plan.batches * Padded(length);
}

size_t StateSize(const TensorPlan& plan) {
  const size_t padded = plan.padded_size();
  const size_t second_moments = plan.factored
                                    ? SideSize(plan, plan.rows) + SideSize(plan, plan.columns)
                                    : kAdafacDecays * padded;
  return (kAdafacDecays + 1) * padded + second_moments;
}

// The largest of what the tensors want.
template <class Size>
size_t Largest(const std::vector<TensorPlan>& tensors, const Size& size) {
  size_t largest = 0;
  for (const TensorPlan& tensor : tensors) largest = std::max<size_t>(largest, size(tensor));
  return largest;
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

void TakeScratch(const std::vector<TensorPlan>& tensors, AdafacMlpPlan& plan,
                 FloatSlices& scratch) {
  const size_t width = plan.network.padded_hidden, hidden = plan.network.hidden;
  const auto rows = [](const TensorPlan& t) { return t.factored ? t.rows : 0; };
  const auto columns = [](const TensorPlan& t) { return t.factored ? t.columns : 0; };
  const size_t staged = LargestStaged(tensors);
  plan.totals = scratch.Take(kAdafacFeatures);
  plan.staged_gradient = scratch.Take(staged);
  plan.staged_parameters = scratch.Take(staged);
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
  // Only a team of several threads uses these two.
  const size_t most_lines = std::max(
      most_rows, Largest(tensors, [](const TensorPlan& t) { return kAdafacDecays * t.batches; }));
  plan.row_partials = scratch.Take(most_lines * kLaneGroup);
  plan.sums = scratch.Take(SumScratch(kAdafacElementFeatures + kAdafacSideFeatures));
}

}  // namespace

OwnedPlan<AdafacMlpPlan> PlanAdafacMlp(const v1::LearnedOptimizer& config,
                                       const std::vector<ParameterTensor>& tensors) {
  const ThetaLayout layout = LayoutOf(config);
  const v1::AdafacMlp& own = config.adafac_mlp();
  std::vector<LayerPaths> paths;
  for (size_t i = 0; i <= own.layers(); ++i) {
    paths.push_back({"nn/~/w" + std::to_string(i), "nn/~/b" + std::to_string(i)});
  }
  OwnedPlan<AdafacMlpPlan> result;
  AdafacMlpPlan& plan = result.plan;
  const auto leaf = [&](const char* path) {
    return static_cast<uint32_t>(layout.leaf(path).offset);
  };
  plan.momentum_decays = leaf("momentum_decays");
  plan.rms_decay = leaf("rms_decays");
  plan.factored_decays = leaf("adafactor_decays");
  for (const ParameterTensor& tensor : tensors) {
    result.tensors.push_back(PlanFactored(tensor));
    result.tensors.back().state = plan.state_size;
    plan.state_size += StateSize(result.tensors.back());
  }
  FloatSlices prepared, scratch;
  plan.network = PlanNetwork(layout,
                             {.hidden = own.hidden(),
                              .layers = own.layers(),
                              .exp_multiplier = own.exp_multiplier(),
                              .step_multiplier = own.step_multiplier()},
                             paths, kInputRows, prepared, scratch);
  plan.decays = prepared.Take(2 * (2 * kAdafacDecays + 1));
  TakeScratch(result.tensors, plan, scratch);
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = prepared.used();
  plan.scratch_size = scratch.used();
  result.Own();
  return result;
}

}  // namespace paceline
