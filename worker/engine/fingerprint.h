// What a strict job may not mix: workers with equal fingerprints of a tier compute equal bits on
// it.
#pragma once

#include "common/tier/tier.h"
#include "worker/cuda/device.h"

namespace paceline {

// Of the tiers that run on the device (null: the processor). Each names the engine's sources and
// compiler. Those of the reference and the fused tier name no more than that: their arithmetic has
// the same bits on every processor and device. That of the torch tier also names the device's kind,
// LibTorch's version and what LibTorch picks its kernels by.
TierFingerprints EngineFingerprints(const cuda::Device* device);

}  // namespace paceline
