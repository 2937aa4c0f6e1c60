// The fused-window kernel on a CUDA device.
#pragma once

#include <algorithm>

#include "absl/status/status.h"
#include "worker/cuda/device.h"
#include "worker/cuda/window_tuning.h"
#include "worker/kernels/window_plan.h"

namespace paceline::cuda {

// Shared memory that a block may take.
inline size_t SharedBytes(const DeviceInfo& device, const WindowTuning& tuning) {
  const size_t share =
      device.shared_bytes_per_multiprocessor / std::max(1, tuning.blocks_per_multiprocessor);
  const size_t own = share - std::min(share, device.reserved_shared_bytes);
  return std::min(own, device.shared_bytes_per_block);
}

// A window of `steps` inner steps of every run. Plan: a plan of worker/optim whose tensors are on
// the device; runs: on the device.
template <class Plan>
absl::Status LaunchWindow(const Stream& stream, const WindowTask& task, const Plan& plan,
                          const WindowLayout& layout, const WindowRun* runs, int run_count,
                          int64_t steps, const WindowTuning& tuning);

}  // namespace paceline::cuda
