// Images of many runs as the groups of one convolution: [example, run · channel, row, column].
#pragma once

#include <ATen/core/Tensor.h>

#include "common/network/network.h"

namespace paceline {

// w: [run, row, column, in, out]; b: [run, out], or undefined.
at::Tensor ConvolveGrouped(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b,
                           const Window& window);
at::Tensor MaxPoolGrouped(const at::Tensor& x, const Window& window);
// Padding does not count.
at::Tensor MeanPoolGrouped(const at::Tensor& x, const Window& window);
// scale, offset: a number for each run and channel.
at::Tensor BatchNormGrouped(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& offset,
                            double epsilon);

}  // namespace paceline
