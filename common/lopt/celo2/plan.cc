#include <algorithm>
#include "common/lopt/celo2/family.h"

#include "common/lopt/adafac_mlp/plan_adafac.h"
#include "common/lopt/plan/plan_tensor.h"
#include "common/lopt/plan/scratch.h"

namespace paceline {
namespace {

// Columns of Celo2, in the order of the split first layer's groups: g | clipped g | p | m ×3 | v |
// m·s ×3 | s | g·r·c ×3 | g·s | row ×3 | column ×3 | row's inverse roots ×3 | column's ×3 | m·r·c
// ×3. Kernel input → column: those of adafac_mlp's elements, clipped g, g·s; row and roots, column
// and roots.
constexpr uint8_t kInputColumns[kCelo2Features] = {0,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                                   11, 12, 13, 27, 28, 29, 1,  14, 15, 16,
                                                   17, 21, 22, 23, 18, 19, 20, 24, 25, 26};
constexpr uint32_t kGroupColumns[] = {1, 1, 1, 3, 1, 3, 1, 3, 1, 3, 3, 3, 3, 3};

// Rows of the first layer as its leaves lie in θ, in order of path: w0__0, w0__1, w0__10, ...
InputRows RowsOfInputs(const ThetaLayout& layout) {
  const ThetaLeaf& first = layout.leaf("nn/~/w0__0");
  std::vector<uint8_t> row_of_column;
  for (size_t group = 0; group < std::size(kGroupColumns); ++group) {
    const ThetaLeaf& leaf = layout.leaf("nn/~/w0__" + std::to_string(group));
    const size_t row = (leaf.offset - first.offset) / static_cast<size_t>(first.shape[1]);
    for (uint32_t i = 0; i < kGroupColumns[group]; ++i) {
      row_of_column.push_back(static_cast<uint8_t>(row + i));
    }
  }
  InputRows rows;
  for (const uint8_t column : kInputColumns) rows.inputs.push_back(row_of_column[column]);
  return rows;
}

std::vector<LayerPaths> PathsOf(const v1::Celo2& own) {
  std::vector<LayerPaths> paths = {{"nn/~/w0__0", "nn/~/b0"}};
  for (size_t i = 1; i <= own.layers(); ++i) {
    paths.push_back({"nn/~/w" + std::to_string(i), "nn/~/b" + std::to_string(i)});
  }
  return paths;
}

void CopyRule(const v1::Celo2& own, Celo2Plan& plan) {
  SetInitialDecays({.rms = 0.95}, plan);  // always
  plan.learning_rate = static_cast<float>(own.learning_rate());
  plan.weight_decay = static_cast<float>(own.weight_decay());
  plan.newton_schulz.steps = own.newton_schulz_steps();
  plan.adam_rate = static_cast<float>(own.learning_rate() * own.adam_multiplier());
  plan.beta1 = static_cast<float>(own.beta1());
  plan.beta2 = static_cast<float>(own.beta2());
  plan.epsilon = static_cast<float>(own.epsilon());
}

// Each matrix of the last two axes, as a tensor of its own; or the whole tensor in one row.
void PlanTensor(const ParameterTensor& tensor, const FeatureRows& rows, OwnedPlan<Celo2Plan>& to) {
  if (MovesByAdam(tensor)) {
    to.tensors.push_back(PlanFlat(tensor));
    PlaceState(rows, 2 * size_t{to.tensors.back().padded_size()}, to.tensors.back(), to.plan);
    return;
  }
  ParameterTensor matrix = tensor;
  matrix.shape.assign(tensor.shape.end() - 2, tensor.shape.end());
  matrix.size = static_cast<size_t>(matrix.shape[0] * matrix.shape[1]);
  if (matrix.size == 0) return;
  const size_t end = tensor.offset + tensor.size;
  for (; matrix.offset < end; matrix.offset += matrix.size) {
    to.tensors.push_back(PlanFactored(matrix));
    PlaceState(rows, AdafacStateSize(to.tensors.back()), to.tensors.back(), to.plan);
  }
}

// Of the features of an element.
constexpr size_t Celo2Sums() { return kAdafacElementFeatures + 2; }

NewtonSchulzPlan PlanNewtonSchulz(uint32_t steps, const std::vector<TensorPlan>& tensors,
                                  FloatSlices& scratch) {
  const auto largest = [&](const auto& size) {
    return Largest(tensors, [&](const TensorPlan& t) {
      return t.factored
                 ? size(size_t{std::min(t.rows, t.columns)}, size_t{std::max(t.rows, t.columns)})
                 : 0;
    });
  };
  const auto padded = [](size_t count) { return size_t{Padded(static_cast<uint32_t>(count))}; };
  NewtonSchulzPlan plan{.steps = steps};
  for (uint32_t& x : plan.x) {
    x = scratch.Take(largest([&](size_t n, size_t m) { return n * padded(m); }));
  }
  plan.transposed = scratch.Take(largest([&](size_t n, size_t m) { return m * padded(n); }));
  plan.gram = scratch.Take(largest([&](size_t n, size_t) { return n * padded(n); }));
  plan.mixed = scratch.Take(largest([&](size_t n, size_t) { return n * padded(n); }));
  plan.sums = scratch.Take(kLaneGroup + SumScratch(1));
  return plan;
}

}  // namespace

OwnedPlan<Celo2Plan> Celo2Family::PlanFor(const v1::LearnedOptimizer& config,
                                          const std::vector<ParameterTensor>& tensors) {
  const ThetaLayout layout = LayoutOf(config);
  const v1::Celo2& own = config.celo2();
  PerParameterOptions options = {
      .clip = own.clip(), .update_rms = {}, .rows = NoRows(), .curvature_decay = 0};
  options.update_rms.set_learning_rate(own.learning_rate());
  options.update_rms.set_epsilon(1e-9);
  OwnedPlan<Celo2Plan> result;
  Celo2Plan& plan = result.plan;
  CopyRule(own, plan);
  for (const ParameterTensor& tensor : tensors) PlanTensor(tensor, options.rows, result);
  FloatSlices prepared, scratch;
  plan.network = PlanNetwork(
      layout, {.hidden = own.hidden(), .layers = own.layers(), .outputs = kCelo2Outputs},
      PathsOf(own), RowsOfInputs(layout), prepared, scratch);
  plan.decays = prepared.Take(2 * (2 * kAdafacDecays + 1));
  TakeAdafacScratch(result.tensors, plan, scratch);
  PlanShared(options, result.tensors, kCelo2Features, Celo2Sums(), plan, scratch);
  plan.newton_schulz = PlanNewtonSchulz(plan.newton_schulz.steps, result.tensors, scratch);
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = prepared.used();
  plan.scratch_size = scratch.used();
  result.Own();
  return result;
}

}  // namespace paceline
