#include "worker/kernels/window_plan.h"

#include <algorithm>

namespace paceline {

WindowLayout PlanWindow(const WindowTask& task, const OptimizerSizes& sizes, size_t shared_bytes) {
  const size_t batch = static_cast<size_t>(task.shape.batch);
  size_t floats[kWindowParts] = {};
  floats[kPrepared] = sizes.prepared;
  floats[kParameters] = task.parameters;
  floats[kGradient] = task.parameters;
  floats[kScratch] = std::max({task.at.size, sizes.scratch, sizes.theta});
  floats[kBatch] = batch * (task.at.image_stride + 2);
  floats[kState] = sizes.state;
  if (task.curvature.every > 0) {
    floats[kCurvature] = 3 * CurvatureStride(task) + task.curvature.at.size;
  }

  WindowLayout layout;
  layout.image_stride = task.at.image_stride;
  for (int part = 0; part < kWindowParts; ++part) {
    const size_t padded = (floats[part] + 15) / 16 * 16;
    layout.shared[part] = (layout.shared_floats + padded) * sizeof(float) <= shared_bytes;
    if (layout.shared[part]) {
      layout.offset[part] = layout.shared_floats;
      layout.shared_floats += padded;
    } else if (part != kParameters && part != kState) {  // those have a home
      layout.offset[part] = layout.workspace_floats;
      layout.workspace_floats += padded;
    }
  }
  return layout;
}

}  // namespace paceline
