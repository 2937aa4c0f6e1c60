// Which LibTorch computes here.
#pragma once

#include <string>

namespace paceline {

// "torch 2.11.0"
std::string TorchVersion();
// All by which LibTorch and its matrix library choose kernels on a processor, since other kernels
// give other bits: the version, the instruction set that LibTorch uses, the processor's make and
// the instruction set that it has: "torch 2.11.0 AVX512; AuthenticAMD avx512".
std::string TorchBuild();

}  // namespace paceline
