// The activations of task.proto in LibTorch operations.
#pragma once

#include <ATen/core/Tensor.h>

#include "paceline/v1/task.pb.h"

namespace paceline {

// Of one kind; ACTIVATION_ANY is none.
at::Tensor Activate(v1::Activation activation, const at::Tensor& x);

}  // namespace paceline
