// What TorchStep is to compute and where, in plain data: it crosses into a shared module.
#pragma once

#include <cstdint>
#include <vector>

#include "paceline/v1/task.pb.h"
#include "worker/task/task.h"

namespace paceline {

struct TorchStepPlan {
  int64_t runs = 0;
  std::vector<ParameterTensor> tensors;  // as Task::parameters()
  int64_t max_steps = 0;                 // between two calls of Begin

  // An image MLP: inputs, hidden widths, classes; empty for a quadratic.
  std::vector<int> widths;
  v1::Activation activation = v1::ACTIVATION_UNSPECIFIED;
  double output_multiplier = 1;
  int64_t batch = 0;
  const float* images = nullptr;  // [example, pixel], in the host's memory
  const int32_t* labels = nullptr;
  int64_t examples = 0;

  v1::QuadraticKind quadratic = v1::QUADRATIC_KIND_UNSPECIFIED;
};

// In the memory of the device that computes; the caller's.
struct TorchStepArrays {
  float* parameters = nullptr;  // [run, stride]
  float* gradients = nullptr;   // [run, stride]
  int64_t stride = 0;
  float* losses = nullptr;  // [run]: of the step at hand
};

}  // namespace paceline
