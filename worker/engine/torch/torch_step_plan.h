// What TorchStep is to compute and where: it crosses into a shared module.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/task/task.h"
#include "worker/task/torch/torch_loss.h"
#include "worker/task/torch_program.h"

namespace paceline {

struct TorchStepPlan {
  int64_t runs = 0;
  std::vector<ParameterTensor> tensors;  // as Task::parameters()
  int64_t max_steps = 0;                 // between two calls of Begin
  TorchProgram program;                  // of a task that outlives the step
  TorchLoss loss;
};

// In the memory of the device that computes; the caller's.
struct TorchStepArrays {
  float* parameters = nullptr;  // [run, stride]
  float* gradients = nullptr;   // [run, stride]
  int64_t stride = 0;
  float* losses = nullptr;  // [run]: of the step at hand
};

}  // namespace paceline
