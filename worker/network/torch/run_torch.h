// The boundary to LibTorch: one thread, and no exception.
#pragma once

#include <functional>

#include "absl/status/status.h"

namespace paceline {

// Turns LibTorch's own threads off for the calling thread.
void UseOneTorchThread();

// Calls f() with LibTorch's own threads turned off for this thread; what f throws becomes Internal.
absl::Status RunTorch(const std::function<void()>& f);

}  // namespace paceline
