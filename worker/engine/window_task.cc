#include "worker/engine/window_task.h"

#include "common/noise/place.h"
#include "worker/engine/gradient_source.h"
#include "worker/task/batches.h"
#include "worker/task/curvature.h"

namespace paceline {

WindowTask MakeWindowTask(const ImageMlp& task, const float* images, const int32_t* labels,
                          const CurvatureNeeds& needs) {
  WindowTask window;
  window.shape = KernelShape(task);
  window.at = kernels::MlpScratch(window.shape, kernels::Rows::kForTeams);
  window.parameters = task.parameter_count();
  window.images = images;
  window.labels = labels;
  window.examples = static_cast<uint32_t>(task.data().train.count());
  if (!needs.none()) {
    window.curvature = {.every = needs.every,
                        .hessian = needs.hessian,
                        .gauss_newton = needs.gauss_newton,
                        .at = {window.shape, kernels::Rows::kForTeams}};
  }
  return window;
}

WindowRun DescribeRun(const RunTheta& theta, const RunSeed& seed, int64_t step) {
  WindowRun run;
  run.theta = theta.theta.data();
  run.noise = PlaceOf(theta.stream);
  run.scale = theta.scale;
  run.sigmas = theta.sigmas.empty() ? nullptr : theta.sigmas.data();
  run.batch = PlaceOf(BatchStream(seed, 0));
  run.probe = PlaceOf(CurvatureStream(seed, 0));
  run.step = step;
  return run;
}

}  // namespace paceline
