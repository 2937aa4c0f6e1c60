// An array of numbers as it lies in a file, or as it was unpacked from one.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace paceline {

enum class ElementType { kU8, kI32, kI64, kF32 };

std::string_view ElementName(ElementType type);  // "uint8"
uint64_t ElementBytes(ElementType type);

struct FileArray {
  ElementType type = ElementType::kU8;
  std::vector<uint64_t> shape = {};
  std::string_view bytes = {};  // C order, little endian, at no particular alignment
  std::shared_ptr<const void> owner = nullptr;  // of `bytes`; null: who called the reader
  std::string name = {};                        // for errors: the path, and of a tensor its name
  uint64_t begin = 0;                           // in the file: where `bytes` begin
  bool in_unpacked_data = false;                // `begin` counts a gzip file's bytes once unpacked

  uint64_t elements() const { return bytes.size() / ElementBytes(type); }
  // The value at a place in C order, whose type is `T`.
  template <class T>
  T At(uint64_t element) const {
    T value;
    std::memcpy(&value, bytes.data() + element * sizeof(T), sizeof(T));
    return value;
  }
  // Where that is, for errors: "byte 13 of the unpacked data".
  std::string PlaceOf(uint64_t element) const;
  std::string shape_text() const;  // "40 x 28 x 28"
  // Examples [first, end) along the first axis, in the same memory.
  FileArray Rows(uint64_t first, uint64_t end) const;
};

// The error with the path in front.
absl::Status InFile(std::string_view path, const absl::Status& status);

// Of an array of that shape; nothing if no 64 bits hold it.
std::optional<uint64_t> BytesOf(ElementType type, const std::vector<uint64_t>& shape);

}  // namespace paceline
