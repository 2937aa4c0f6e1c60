#include "common/lopt/plan/plan_per_parameter.h"

#include <algorithm>

#include "common/lopt/plan/scratch.h"

namespace paceline {
namespace {

bool SeesGaussNewton(const FeatureRows& rows) {
  return rows.Sees(kGaussNewtonColumn) || rows.Sees(kKroneckerColumn);
}

size_t PaddedSize(const TensorPlan& tensor) { return tensor.padded_size(); }

// Elements of all tensors, at whatever place of the parameters they lie.
size_t EndOf(const std::vector<TensorPlan>& tensors) {
  return Largest(tensors, [](const TensorPlan& t) { return t.offset + t.size; });
}

void PlanClip(const v1::Clip& clip, const std::vector<TensorPlan>& tensors, GradientClip& plan,
              FloatSlices& scratch) {
  plan.element = static_cast<float>(clip.element());
  plan.norm = static_cast<float>(clip.global_norm());
  if (plan.element == 0 && plan.norm == 0) return;
  plan.parameters = EndOf(tensors);
  plan.clipped = scratch.Take(plan.parameters);
  plan.sums = scratch.Take(kLaneGroup + SumScratch(1));
}

void PlanStepSize(const v1::UpdateRms& update, const std::vector<TensorPlan>& tensors,
                  StepSize& plan, FloatSlices& scratch) {
  plan.size = static_cast<float>(update.learning_rate());
  plan.epsilon = static_cast<float>(update.epsilon());
  if (plan.size == 0) return;
  plan.step = scratch.Take(Largest(tensors, PaddedSize));
  plan.sums = scratch.Take(kLaneGroup + SumScratch(1));
}

void PlanCurvature(const PerParameterOptions& options, const std::vector<TensorPlan>& tensors,
                   CurvaturePlan& plan, FloatSlices& scratch) {
  const FeatureRows& rows = options.rows;
  plan.inputs = static_cast<uint32_t>(CurvatureInputRows(rows).size());
  if (plan.inputs == 0) return;
  plan.hessian = rows.Sees(kHessianColumn);
  plan.gauss_newton_group = rows.Sees(kGaussNewtonColumn);
  plan.kronecker = rows.Sees(kKroneckerColumn);
  plan.gauss_newton = SeesGaussNewton(rows);
  plan.decay = static_cast<float>(options.curvature_decay);
  plan.values = scratch.Take(plan.inputs * Largest(tensors, PaddedSize));
  plan.totals = scratch.Take(kMaxCurvatureInputs);
  plan.staged = scratch.Take(LargestStaged(tensors));
  if (plan.kronecker) {
    const size_t lines = Largest(tensors, [](const auto& t) { return size_t{t.batches} * t.rows; });
    plan.row_means = scratch.Take(lines);
    plan.row_partials = scratch.Take(lines * kLaneGroup);
    plan.column_means = scratch.Take(
        Largest(tensors, [](const auto& t) { return size_t{t.batches} * t.padded_columns(); }));
    plan.mean = scratch.Take(1);
  }
}

}  // namespace

std::vector<uint8_t> CurvatureInputRows(const FeatureRows& rows) {
  std::vector<uint8_t> seen;
  std::ranges::copy_if(rows.curvature, std::back_inserter(seen),
                       [](uint8_t row) { return row != kNoRow; });
  return seen;
}

void PlaceState(const FeatureRows& rows, size_t own, TensorPlan& tensor, PerParameterPlan& plan) {
  const size_t matrices = (rows.Sees(kHessianColumn) ? 1 : 0) + (SeesGaussNewton(rows) ? 1 : 0);
  tensor.state = plan.state_size;
  tensor.own_state = own;
  plan.state_size += own + 2 * matrices * tensor.padded_size();
}

void PlanShared(const PerParameterOptions& options, const std::vector<TensorPlan>& tensors,
                size_t own_features, size_t own_sums, PerParameterPlan& plan,
                FloatSlices& scratch) {
  static_assert(kNoRow == kNoInputRow);
  static_assert(kCurvatureColumns == kMaxCurvatureInputs);
  const size_t staged = LargestStaged(tensors);
  plan.totals = scratch.Take(own_features);
  plan.staged_gradient = scratch.Take(staged);
  plan.staged_parameters = scratch.Take(staged);
  PlanClip(options.clip, tensors, plan.clip, scratch);
  PlanStepSize(options.update_rms, tensors, plan.step_size, scratch);
  PlanCurvature(options, tensors, plan.curvature, scratch);
  if (plan.curvature.inputs > 0) {
    plan.curvature.counts = plan.state_size;
    plan.state_size += kLaneGroup;
  }
  const size_t sums =
      plan.curvature.inputs > 0 ? std::max<size_t>(own_sums, kMaxCurvatureInputs) : own_sums;
  // Only a team of several threads uses it.
  plan.sums = scratch.Take(SumScratch(sums));
  plan.curvature.sums = plan.sums;
}

}  // namespace paceline
