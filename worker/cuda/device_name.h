// What --device names.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"

namespace paceline::cuda {

struct DeviceName {
  bool is_cuda = false;
  int index = 0;  // of a CUDA device
};

// "cpu", "cuda" (the first device) or "cuda:N"; InvalidArgument says what would be right.
absl::StatusOr<DeviceName> ParseDeviceName(std::string_view text);

}  // namespace paceline::cuda
