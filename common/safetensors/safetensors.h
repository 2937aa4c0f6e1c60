// The safetensors format: u64 header length, JSON header, raw little-endian data. Read with full
// bounds checks: a file from anywhere gives an error, never a crash.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace paceline {

enum class DType { kF32, kF64, kI32, kI64, kU8, kBool };

struct Tensor {
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::string data;  // C order, little endian

  size_t elements() const;
  // The values; CHECKs the dtype.
  std::span<const float> f32() const;
  std::span<const double> f64() const;
  std::span<const int32_t> i32() const;
  std::span<const uint8_t> u8() const;
  static Tensor F32(std::vector<int64_t> shape, std::span<const float> values);
};

struct TensorFile {
  std::map<std::string, Tensor> tensors;        // sorted by name
  std::map<std::string, std::string> metadata;  // "__metadata__"
};

// InvalidArgument says what is wrong and at which tensor or byte.
absl::StatusOr<TensorFile> ParseSafetensors(std::string_view bytes);
std::string SerializeSafetensors(const TensorFile& file);
// Adds the path to the error's text.
absl::StatusOr<TensorFile> ReadSafetensors(const std::string& path);

}  // namespace paceline
