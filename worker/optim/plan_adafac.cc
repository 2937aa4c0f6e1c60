#include "worker/optim/plan_adafac.h"

#include <algorithm>

#include "worker/optim/plan_tensor.h"
#include "worker/optim/scratch.h"

namespace paceline {
namespace {

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

}  // namespace paceline
