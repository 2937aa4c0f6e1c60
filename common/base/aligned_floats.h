// A buffer of floats that begins at a multiple of 64 bytes, as SIMD loads like it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace paceline {

class AlignedFloats {
 public:
  // Floats that a buffer of any alignment must have more than are used.
  static constexpr size_t kSlack = 15;

  AlignedFloats() = default;
  explicit AlignedFloats(size_t size) : size_(size), storage_(size + kSlack) {}
  // A copy may lie otherwise in its storage.
  AlignedFloats(const AlignedFloats& other) : AlignedFloats(other.size_) { Assign(other); }
  AlignedFloats& operator=(const AlignedFloats& other) {
    if (this != &other) {
      if (size_ != other.size_) *this = AlignedFloats(other.size_);
      Assign(other);
    }
    return *this;
  }
  AlignedFloats(AlignedFloats&&) = default;
  AlignedFloats& operator=(AlignedFloats&&) = default;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  float* data() { return AlignUp(storage_.data()); }
  const float* data() const { return AlignUp(const_cast<float*>(storage_.data())); }
  std::span<float> span() { return {data(), size_}; }
  std::span<const float> span() const { return {data(), size_}; }

  static float* AlignUp(float* p) {
    constexpr uintptr_t kBytes = 64;
    const uintptr_t address = reinterpret_cast<uintptr_t>(p);
    return p + ((address + kBytes - 1) / kBytes * kBytes - address) / sizeof(float);
  }

 private:
  void Assign(const AlignedFloats& other) {
    for (size_t i = 0; i < size_; ++i) data()[i] = other.data()[i];
  }

  size_t size_ = 0;
  std::vector<float> storage_;
};

}  // namespace paceline
