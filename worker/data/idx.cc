#include "worker/data/idx.h"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/base/mapped_file.h"
#include "worker/data/byte_reader.h"

namespace paceline {
namespace {

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

std::string TextOf(IdxDimensions dimensions) {
  if (dimensions.least == dimensions.most) return fmt::format("{}", dimensions.most);
  return fmt::format("{} to {}", dimensions.least, dimensions.most);
}

// The number of dimensions.
absl::StatusOr<int> ReadMagic(ByteReader& file, IdxDimensions dimensions) {
  std::array<uint8_t, 4> magic;
  if (absl::Status status = file.Read(magic); !status.ok()) return status;
  const uint32_t found = BigEndian(magic.data());
  if (found >> 8 == kUnsignedByte) {
    if (magic[3] >= dimensions.least && magic[3] <= dimensions.most) return magic[3];
    return absl::DataLossError(
        fmt::format("byte 3 of the unpacked data says {} dimensions; expected {}", magic[3],
                    TextOf(dimensions)));
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
                  found, dimensions.most,
                  uint32_t{kUnsignedByte} << 8 | static_cast<uint32_t>(dimensions.most)));
}

absl::StatusOr<std::vector<uint64_t>> ReadShape(ByteReader& file, int dimensions) {
  std::vector<uint8_t> bytes(4 * static_cast<size_t>(dimensions));
  if (absl::Status status = file.Read(bytes); !status.ok()) return status;
  std::vector<uint64_t> shape(dimensions);
  for (int i = 0; i < dimensions; ++i) shape[i] = BigEndian(&bytes[4 * i]);
  return shape;
}

absl::StatusOr<uint64_t> CheckedSize(const std::vector<uint64_t>& shape, size_t packed_bytes,
                                     size_t limit) {
  const std::optional<uint64_t> size = BytesOf(ElementType::kU8, shape);
  if (size && *size <= limit) return *size;
  return absl::DataLossError(
      fmt::format("bytes 4 to {} of the unpacked data promise {} values; a file of {} bytes "
                  "cannot hold them",
                  3 + 4 * shape.size(), fmt::join(shape, " x "), packed_bytes));
}

absl::StatusOr<OwnedBytes> TakeTheRest(ByteReader& file, uint64_t size) {
  absl::StatusOr<OwnedBytes> values = file.Take(size);
  if (!values.ok()) return values.status();
  if (absl::Status status = file.Finish(); !status.ok()) return status;
  return values;
}

}  // namespace

absl::StatusOr<FileArray> ParseIdx(std::string_view bytes, IdxDimensions dimensions) {
  const std::unique_ptr<ByteReader> file = OpenBytes(bytes);
  const absl::StatusOr<int> rank = ReadMagic(*file, dimensions);
  if (!rank.ok()) return rank.status();
  absl::StatusOr<std::vector<uint64_t>> shape = ReadShape(*file, *rank);
  if (!shape.ok()) return shape.status();
  const absl::StatusOr<uint64_t> size = CheckedSize(*shape, bytes.size(), file->most_bytes());
  if (!size.ok()) return size.status();
  absl::StatusOr<OwnedBytes> values = TakeTheRest(*file, *size);
  if (!values.ok()) {
    return absl::Status(values.status().code(), fmt::format("{} (the header promises {} values)",
                                                            std::string(values.status().message()),
                                                            fmt::join(*shape, " x ")));
  }
  return FileArray{.shape = *std::move(shape),
                   .bytes = values->bytes,
                   .owner = std::move(values->owner),
                   .begin = 4 + 4 * static_cast<uint64_t>(*rank),
                   .in_unpacked_data = true};
}

absl::StatusOr<FileArray> ReadIdx(const std::string& path, IdxDimensions dimensions) {
  const absl::StatusOr<std::shared_ptr<const MappedFile>> file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<FileArray> array = ParseIdx((*file)->bytes(), dimensions);
  if (!array.ok()) return InFile(path, array.status());
  array->name = path;
  if (array->owner == nullptr) array->owner = *file;
  return array;
}

}  // namespace paceline
