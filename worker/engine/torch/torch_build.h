// Which LibTorch computes here.
#pragma once

#include <string>

namespace paceline {

// LibTorch's version and the instruction set that its kernels use: "torch 2.11.0 AVX2". Other ones
// give other bits. So may, in matrix products, a processor of another make with the same
// instruction set.
std::string TorchBuild();

}  // namespace paceline
