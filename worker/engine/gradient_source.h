// Where a run's loss and gradient come from, for the tiers that run one particle at a time.
#pragma once

#include <memory>
#include <span>

#include "common/lane/dispatch.h"
#include "worker/kernels/mlp_shape.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/task.h"

namespace paceline {

// Not thread-safe: it may hold scratch, and the batch that it drew last, so that asking for the
// same seed and step under other parameters costs less.
class GradientSource {
 public:
  virtual ~GradientSource() = default;
  // As Task::LossAndGradient.
  virtual float LossAndGradient(const RunSeed& seed, int64_t step,
                                std::span<const float> parameters, std::span<float> gradient) = 0;
  // Estimates of the diagonals of the Hessian and the Gauss–Newton matrix by one probe
  // (worker/task/curvature.h) on the batch of that step, each [parameter], or empty if it is not
  // wanted. Only for a task that has curvature.
  virtual void CurvatureDiagonals(const RunSeed& seed, int64_t step,
                                  std::span<const float> parameters, std::span<float> hessian,
                                  std::span<float> gauss_newton) = 0;
};

// The task's sizes and the places of its tensors, for worker/kernels.
kernels::MlpShape KernelShape(const ImageMlp& task);

// The task's own loops. `task` outlives the source.
std::unique_ptr<GradientSource> MakePlainSource(const Task& task);
// The task's SIMD kernel, or its own loops if it has none. `task` outlives the source.
std::unique_ptr<GradientSource> MakeKernelSource(const Task& task, lane::Target target);

}  // namespace paceline
