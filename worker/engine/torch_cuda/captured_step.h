// What libpaceline_torch_cuda.so offers: LibTorch on a GPU, one inner step of all runs as a CUDA
// graph. A module of its own, opened when a GPU is to run the torch tier, because LibTorch for CUDA
// brings gigabytes of libraries that nothing else here needs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/engine/torch/torch_step_plan.h"

struct CUstream_st;  // cudaStream_t points to one

namespace paceline {

// Not thread-safe; different objects may be used by different threads. Internal carries LibTorch's
// or CUDA's own text.
class CapturedStep {
 public:
  virtual ~CapturedStep() = default;
  // What the next steps, at most plan.max_steps, need: as TorchBatches::Begin.
  virtual absl::Status Begin(const StepTables& tables) = 0;
  // As many steps as Begin was given rows for, or fewer; waits for them. losses: [step, run]
  virtual absl::Status Run(int64_t steps, std::span<float> losses) = 0;
};

// Puts the optimizer's update into the stream: gradients and losses are in the arrays by then.
using UpdateLaunch = std::function<absl::Status(CUstream_st* stream)>;

struct CapturedStepRequest {
  int device = 0;
  TorchStepPlan plan;
  TorchStepArrays arrays;  // on the device; outlive the step
  UpdateLaunch update;
};

// Runs the step a few times to warm up, so what it computes on must bear that, then captures it.
using MakeCapturedStep = void(CapturedStepRequest request,
                              absl::StatusOr<std::unique_ptr<CapturedStep>>* result);
inline constexpr char kMakeCapturedStep[] = "PacelineMakeCapturedStep";

}  // namespace paceline
