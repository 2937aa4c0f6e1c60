// One run's whole window as a GPU's block computes it: what it is given and where its arrays lie,
// as plain data. The computing is in worker/kernels/window_kernel.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/lane/scalar.h"
#include "common/noise/philox.h"
#include "worker/kernels/mlp_shape.h"

namespace paceline {

// Curvature estimates (common/lopt/curvature.h) in the steps whose number is a multiple of `every`;
// 0: none.
struct WindowCurvature {
  uint32_t every = 0;
  bool hessian = false;
  bool gauss_newton = false;
  kernels::MlpCurvatureScratch at;
};

// An image MLP whose data are on the device.
struct WindowTask {
  kernels::MlpShape shape;
  kernels::MlpScratch at;
  size_t parameters = 0;
  const float* images = nullptr;  // [example, inputs]
  const int32_t* labels = nullptr;
  uint32_t examples = 0;
  WindowCurvature curvature;
};

// What differs from run to run.
struct WindowRun {
  // theta + scale·n, n the normals of `noise`, each times its own of `sigmas` unless that is null;
  // theta as it is if scale is 0.
  const float* theta = nullptr;
  PhiloxPlace noise = {};
  float scale = 0;
  const float* sigmas = nullptr;
  PhiloxPlace batch = {};  // of inner step 0: words[0] is the step
  PhiloxPlace probe = {};  // of the curvature, likewise
  int64_t step = 0;        // inner steps done before this window
  int64_t num_steps = 0;   // of the run's episode
  bool begins = false;     // the optimizer's state is to be made
  float* parameters = nullptr;
  float* state = nullptr;
  float* workspace = nullptr;  // [WindowLayout::workspace_floats]
  float* losses = nullptr;     // [steps]
};

// The parts of a block's working memory, the most used first.
enum WindowPart {
  kPrepared,    // θ as the optimizer wants it
  kParameters,  // kept from window to window
  kGradient,
  kScratch,    // the MLP's and the optimizer's, who take turns; before them, θ
  kBatch,      // images, labels, indices
  kState,      // the optimizer's; kept from window to window
  kCurvature,  // the probe, both estimates, their scratch
  kWindowParts,
};

// Every part is in shared memory or in the device's: each in turn goes to shared memory if there is
// room left for it. Where a part lies changes no bits.
struct WindowLayout {
  size_t offset[kWindowParts] = {};  // in floats, within shared memory or the workspace
  bool shared[kWindowParts] = {};
  size_t image_stride = 0;
  size_t shared_floats = 0;
  size_t workspace_floats = 0;  // of one run
};

struct OptimizerSizes {
  size_t theta = 0, prepared = 0, state = 0, scratch = 0;
};

// Between the first three arrays of kCurvature.
PACELINE_LANE constexpr size_t CurvatureStride(const WindowTask& task) {
  return (task.parameters + 15) / 16 * 16;
}

WindowLayout PlanWindow(const WindowTask& task, const OptimizerSizes& sizes, size_t shared_bytes);

template <class Plan>
OptimizerSizes SizesOf(const Plan& plan) {
  return {plan.theta_size, plan.prepared_size, plan.state_size, plan.scratch_size};
}

}  // namespace paceline
