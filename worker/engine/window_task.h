// From tasks and runs to what the window kernel is given.
#pragma once

#include "common/lopt/curvature.h"
#include "worker/engine/inner_runs.h"
#include "worker/kernels/window_plan.h"
#include "worker/task/image_mlp/image_mlp.h"

namespace paceline {

// images, labels: where the kernel finds the training split.
WindowTask MakeWindowTask(const ImageMlp& task, const float* images, const int32_t* labels,
                          const CurvatureNeeds& needs);

// A run that has done `step` inner steps. Its pointers are the caller's to fill in; theta
// and sigmas are those of `theta`.
WindowRun DescribeRun(const RunTheta& theta, const RunSeed& seed, int64_t step);

}  // namespace paceline
