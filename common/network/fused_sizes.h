// Sizes that the fused tier's plan and its kernels agree on; no library types, so that files
// compiled per instruction set can include it.
#pragma once

#include <cstddef>

namespace paceline::fused {

// Whole packs of sixteen floats.
inline constexpr __attribute__((always_inline)) size_t Padded(size_t n) {
  return (n + 15) / 16 * 16;
}

// Steps of k that a product copies its right side for at once, and the floats of that copy.
inline constexpr size_t kProductBlock = 256;
inline constexpr __attribute__((always_inline)) size_t PackedFloats(size_t k, size_t n) {
  return (k < kProductBlock ? k : kProductBlock) * Padded(n);
}

// A convolution copies the weights of as many outputs at once.
inline constexpr size_t kConvPanel = 32;
// One of fewer channels goes by patches, rows of all numbers below one window, as many at once.
inline constexpr size_t kFewChannels = 8, kPatchBlock = 256;

}  // namespace paceline::fused
