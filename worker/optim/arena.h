// Slices of one float buffer, each aligned to 64 bytes. With no buffer it only counts, so that the
// same code lays out scratch and says how large it must be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "worker/optim/tensor_plan.h"

namespace paceline {

class FloatArena {
 public:
  FloatArena() = default;
  explicit FloatArena(std::span<float> buffer) : base_(AlignedUp(buffer.data())) {}

  float* Take(size_t count) {
    float* slice = base_ == nullptr ? nullptr : base_ + used_;
    used_ += Padded(count);
    return slice;
  }
  // Floats that a buffer of any alignment must have.
  size_t needed() const { return used_ + kLaneGroup; }

 private:
  static float* AlignedUp(float* p) {
    constexpr uintptr_t kBytes = 64;
    const uintptr_t address = reinterpret_cast<uintptr_t>(p);
    return p + ((address + kBytes - 1) / kBytes * kBytes - address) / sizeof(float);
  }

  float* base_ = nullptr;
  size_t used_ = 0;
};

}  // namespace paceline
