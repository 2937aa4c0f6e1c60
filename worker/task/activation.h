// The activations of task.proto on whole arrays. Every CPU gives the same bits.
#pragma once

#include <span>

#include "paceline/v1/task.pb.h"

namespace paceline {

// False for ACTIVATION_UNSPECIFIED and numbers that task.proto does not name; such a value must
// not be passed to the functions below.
bool IsActivation(v1::Activation activation);

// y[i] = f(x[i]); x and y may be the same.
void Activate(v1::Activation activation, std::span<const float> x, std::span<float> y);
// gradient[i] *= f'(x[i])
void MultiplyBySlope(v1::Activation activation, std::span<const float> x,
                     std::span<float> gradient);

// gradient[i] *= f''(x[i])
void MultiplyByBend(v1::Activation activation, std::span<const float> x, std::span<float> gradient);

}  // namespace paceline
