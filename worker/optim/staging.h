// A tensor's gradient and parameters as the kernels want them: where they are, or gathered into
// scratch.
#pragma once

#include <algorithm>
#include <span>

#include "worker/optim/arena.h"
#include "worker/optim/tensor_plan.h"

namespace paceline {

struct StagingBuffers {
  float* gradient = nullptr;
  float* parameters = nullptr;

  // Room for any one of the plans.
  static StagingBuffers Take(const std::vector<TensorPlan>& plans, FloatArena& arena) {
    size_t largest = 0;
    for (const TensorPlan& plan : plans) {
      if (!plan.in_place) largest = std::max(largest, plan.padded_size());
    }
    return {arena.Take(largest), arena.Take(largest)};
  }
};

// Lives while the kernel runs; the parameters are written back when it ends.
class StagedTensor {
 public:
  StagedTensor(const TensorPlan& plan, std::span<const float> gradient, std::span<float> parameters,
               const StagingBuffers& buffers)
      : plan_(plan), home_(parameters.data() + plan.offset) {
    const float* from = gradient.data() + plan.offset;
    gradient_ = plan.in_place ? from : buffers.gradient;
    parameters_ = plan.in_place ? home_ : buffers.parameters;
    if (plan.in_place) return;
    Gather(plan, from, buffers.gradient);
    Gather(plan, home_, buffers.parameters);
  }
  ~StagedTensor() {
    if (!plan_.in_place) Scatter(plan_, parameters_, home_);
  }
  StagedTensor(const StagedTensor&) = delete;
  StagedTensor& operator=(const StagedTensor&) = delete;

  const float* gradient() const { return gradient_; }
  float* parameters() const { return parameters_; }

 private:
  const TensorPlan& plan_;
  float* home_;
  const float* gradient_;
  float* parameters_;
};

}  // namespace paceline
