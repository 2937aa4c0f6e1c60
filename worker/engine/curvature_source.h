// Curvature estimates for the optimizers that want them, in the steps that have one.
#pragma once

#include <span>

#include "common/base/aligned_floats.h"
#include "common/lopt/curvature.h"
#include "worker/engine/gradient_source.h"
#include "worker/optim/inner_step.h"

namespace paceline {

// Not thread-safe.
class CurvatureSource {
 public:
  // `source` outlives this.
  CurvatureSource(const CurvatureNeeds& needs, GradientSource& source, size_t parameters);

  // Points `step` to the estimates at these parameters, if step.iteration has a probe; they stand
  // until the next call.
  void Fill(const RunSeed& seed, std::span<const float> parameters, InnerStep& step);

 private:
  CurvatureNeeds needs_;
  GradientSource& source_;
  AlignedFloats hessian_, gauss_newton_;  // [parameter], or empty
};

}  // namespace paceline
