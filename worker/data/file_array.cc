#include "worker/data/file_array.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace paceline {

std::string_view ElementName(ElementType type) {
  switch (type) {
    case ElementType::kU8:
      return "uint8";
    case ElementType::kI32:
      return "int32";
    case ElementType::kI64:
      return "int64";
    case ElementType::kF32:
      break;
  }
  return "float32";
}

uint64_t ElementBytes(ElementType type) {
  switch (type) {
    case ElementType::kU8:
      return 1;
    case ElementType::kI32:
    case ElementType::kF32:
      return 4;
    case ElementType::kI64:
      break;
  }
  return 8;
}

std::string FileArray::PlaceOf(uint64_t element) const {
  return fmt::format("byte {}{}", begin + element * ElementBytes(type),
                     in_unpacked_data ? " of the unpacked data" : "");
}

std::string FileArray::shape_text() const { return fmt::format("{}", fmt::join(shape, " x ")); }

FileArray FileArray::Rows(uint64_t first, uint64_t end) const {
  const uint64_t row_bytes = shape[0] == 0 ? 0 : bytes.size() / shape[0];
  FileArray rows = *this;
  rows.shape[0] = end - first;
  rows.bytes = bytes.substr(first * row_bytes, (end - first) * row_bytes);
  rows.begin += first * row_bytes;
  return rows;
}

absl::Status InFile(std::string_view path, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

std::optional<uint64_t> BytesOf(ElementType type, const std::vector<uint64_t>& shape) {
  // A size of 0 makes any others fit, as their order would not tell.
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  uint64_t bytes = ElementBytes(type);
  for (const uint64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return bytes;
}

}  // namespace paceline
