// Checks CUDA calls. For the files of worker/cuda that include CUDA's headers.
#pragma once

#include <cuda_runtime.h>

#include "absl/status/status.h"

namespace paceline::cuda {

// OK, or the call's name and the driver's text; ResourceExhausted where memory ran out, else
// Unavailable for what the machine lacks and Internal for the rest.
absl::Status Checked(const char* call, cudaError_t error);

}  // namespace paceline::cuda

// Returns from the function if the call fails.
#define PACELINE_CUDA_RETURN_IF_ERROR(name, ...)                                        \
  do {                                                                                  \
    absl::Status paceline_status = ::paceline::cuda::Checked(#name, name(__VA_ARGS__)); \
    if (!paceline_status.ok()) return paceline_status;                                  \
  } while (false)
