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

// Every element type of the format, under its name there. Values of most are only carried along.
enum class DType {
  kF32,
  kF64,
  kI32,
  kI64,
  kU8,
  kBool,
  kF16,
  kBf16,
  kI8,
  kI16,
  kU16,
  kU32,
  kU64,
  kC64,
  kF8E4m3,
  kF8E5m2,
  kF8E8m0,
  kF8E4m3fnuz,
  kF8E5m2fnuz,
  kF6E2m3,
  kF6E3m2,
  kF4,
};

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

// A tensor where it lies in the file's bytes, at no particular alignment.
struct TensorView {
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::string_view data;  // C order, little endian
};

struct TensorFileView {
  std::map<std::string, TensorView> tensors;
  std::map<std::string, std::string> metadata;
};

// InvalidArgument says what is wrong and at which tensor or byte. `bytes` outlive the view.
absl::StatusOr<TensorFileView> ViewSafetensors(std::string_view bytes);
absl::StatusOr<TensorFile> ParseSafetensors(std::string_view bytes);
std::string SerializeSafetensors(const TensorFile& file);
// Adds the path to the error's text.
absl::StatusOr<TensorFile> ReadSafetensors(const std::string& path);

}  // namespace paceline
