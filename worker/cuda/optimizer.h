// A learned optimizer on a CUDA device, for runs whose gradients come from elsewhere. Every launch
// is put into the stream and returns, and may be captured in a CUDA graph.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/cuda/device.h"
#include "worker/kernels/update_kernel.h"
#include "worker/kernels/window_plan.h"
#include "worker/optim/make.h"

namespace paceline::cuda {

// A plan whose tensors are on the device.
template <class Plan>
class DevicePlan {
 public:
  // `owned` is of no further use to the device once the stream has been waited for.
  static absl::StatusOr<DevicePlan> Upload(const Device& device, const Stream& stream,
                                           const OwnedPlan<Plan>& owned) {
    DevicePlan result;
    result.plan_ = owned.plan;
    if constexpr (requires { result.plan_.tensors; }) {
      auto tensors = Array<TensorPlan>::Of(device, stream, owned.tensors);
      if (!tensors.ok()) return tensors.status();
      result.tensors_ = *std::move(tensors);
      result.plan_.tensors = result.tensors_.data();
    }
    return result;
  }
  const Plan& plan() const { return plan_; }

 private:
  Plan plan_ = {};
  Array<TensorPlan> tensors_;
};

// Whatever the family; arrays are as UpdateArrays says, in device memory, and belong to the caller.
// Not thread-safe.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  virtual OptimizerSizes sizes() const = 0;
  // prepared ← thetas; and the initial state of every run with begins[run] != 0 (null: all).
  virtual absl::Status LaunchPrepare(CUstream_st* stream, const UpdateArrays& arrays,
                                     const int32_t* begins, int runs) const = 0;
  // One update of every run.
  virtual absl::Status LaunchUpdate(CUstream_st* stream, const UpdateArrays& arrays,
                                    int runs) const = 0;
};

// For parameters of these tensors. `config` is valid; the device outlives the optimizer.
absl::StatusOr<std::unique_ptr<Optimizer>> MakeOptimizer(
    const Device& device, const v1::LearnedOptimizer& config,
    const std::vector<ParameterTensor>& tensors);

}  // namespace paceline::cuda
