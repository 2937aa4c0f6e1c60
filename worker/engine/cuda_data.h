// Training data on a CUDA device, once for all runs that use them.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "worker/cuda/device.h"
#include "worker/data/dataset.h"

namespace paceline {

struct CudaData {
  std::shared_ptr<const ImageData> host;
  cuda::Array<float> images;    // of the training split, [example, pixel]
  cuda::Array<int32_t> labels;  // [example]
};

// Thread-safe. Uploaded by the first that asks, kept while anyone has it.
absl::StatusOr<std::shared_ptr<const CudaData>> DataOnDevice(
    const cuda::Device& device, const std::shared_ptr<const ImageData>& data);

}  // namespace paceline
