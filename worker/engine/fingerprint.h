// What a strict job may not mix: workers with equal fingerprints compute equal bits.
#pragma once

#include <string>

#include "worker/cuda/device.h"

namespace paceline {

// Device class, hash of the engine's sources and compiler, and LibTorch's version and instruction
// set (its kernels, unlike ours, give other bits on another one).
// `device` is null for the processor.
std::string EngineFingerprint(const cuda::Device* device);

}  // namespace paceline
