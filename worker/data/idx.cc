#include "worker/data/idx.h"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/base/file.h"
#include "worker/data/byte_reader.h"

namespace paceline {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 30;
constexpr uint8_t kUnsignedByte = 8;

// The other types of the format.
std::string_view TypeName(uint32_t type) {
  switch (type) {
    case 0x09:
      return "int8";
    case 0x0b:
      return "int16";
    case 0x0c:
      return "int32";
    case 0x0d:
      return "float32";
    case 0x0e:
      return "float64";
    default:
      return {};
  }
}

uint32_t BigEndian(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

absl::Status ReadMagic(ByteReader& file, int dimensions) {
  std::array<uint8_t, 4> magic;
  if (absl::Status status = file.Read(magic); !status.ok()) return status;
  const uint32_t expected = uint32_t{kUnsignedByte} << 8 | static_cast<uint32_t>(dimensions);
  const uint32_t found = BigEndian(magic.data());
  if (found == expected) return absl::OkStatus();
  if (found >> 8 == kUnsignedByte) {
    return absl::DataLossError(fmt::format(
        "byte 3 of the unpacked data says {} dimensions; expected {}", magic[3], dimensions));
  }
  if (const std::string_view type = TypeName(found >> 8); !type.empty()) {
    return absl::DataLossError(fmt::format(
        "byte 2 of the unpacked data says values of type {}, which are not read; expected unsigned "
        "bytes (08)",
        type));
  }
  return absl::DataLossError(
      fmt::format("the unpacked data begins with {:08x}; an IDX file of bytes with {} dimensions "
                  "begins with {:08x}",
                  found, dimensions, expected));
}

absl::StatusOr<std::vector<uint32_t>> ReadShape(ByteReader& file, int dimensions) {
  std::vector<uint8_t> bytes(4 * static_cast<size_t>(dimensions));
  if (absl::Status status = file.Read(bytes); !status.ok()) return status;
  std::vector<uint32_t> shape(dimensions);
  for (int i = 0; i < dimensions; ++i) shape[i] = BigEndian(&bytes[4 * i]);
  return shape;
}

absl::StatusOr<size_t> CheckedSize(const std::vector<uint32_t>& shape, size_t packed_bytes,
                                   size_t limit) {
  size_t size = 1;
  for (const uint32_t extent : shape) {
    if (extent != 0 && size > limit / extent) {
      return absl::DataLossError(
          fmt::format("bytes 4 to {} of the unpacked data promise {} values; a file of {} bytes "
                      "cannot hold them",
                      3 + 4 * shape.size(), fmt::join(shape, " x "), packed_bytes));
    }
    size *= extent;
  }
  return size;
}

}  // namespace

absl::StatusOr<IdxArray> ParseIdx(std::string_view bytes, int dimensions) {
  const std::unique_ptr<ByteReader> file = OpenBytes(bytes);
  if (absl::Status status = ReadMagic(*file, dimensions); !status.ok()) return status;
  absl::StatusOr<std::vector<uint32_t>> shape = ReadShape(*file, dimensions);
  if (!shape.ok()) return shape.status();
  const absl::StatusOr<size_t> size = CheckedSize(*shape, bytes.size(), file->most_bytes());
  if (!size.ok()) return size.status();
  IdxArray array{*std::move(shape), std::vector<uint8_t>(*size)};
  absl::Status status = file->Read(array.values);
  if (status.ok()) status = file->Finish();
  if (status.ok()) return array;
  return absl::Status(status.code(),
                      fmt::format("{} (the header promises {} values)",
                                  std::string(status.message()), fmt::join(array.shape, " x ")));
}

absl::StatusOr<IdxArray> ReadIdx(const std::string& path, int dimensions) {
  const absl::StatusOr<std::string> bytes = ReadFile(path, kMaxFileBytes);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<IdxArray> array = ParseIdx(*bytes, dimensions);
  if (array.ok()) return array;
  return absl::Status(array.status().code(),
                      fmt::format("{}: {}", path, std::string(array.status().message())));
}

}  // namespace paceline
