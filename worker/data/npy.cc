#include "worker/data/npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/base/mapped_file.h"
#include "worker/data/npy_header.h"

namespace paceline {

absl::StatusOr<FileArray> ParseNpy(std::string_view bytes) {
  absl::StatusOr<NpyHeader> header = ParseNpyHeader(bytes);
  if (!header.ok()) return header.status();
  const std::string_view values = bytes.substr(header->data_begin);
  const std::optional<uint64_t> promised = BytesOf(header->type, header->shape);
  if (promised != values.size()) {
    return absl::DataLossError(
        fmt::format("the header promises {} values of type {}, but {} bytes follow it at byte {}",
                    fmt::join(header->shape, " x "), ElementName(header->type), values.size(),
                    header->data_begin));
  }
  return FileArray{.type = header->type,
                   .shape = std::move(header->shape),
                   .bytes = values,
                   .begin = header->data_begin};
}

absl::StatusOr<FileArray> ReadNpy(const std::string& path) {
  const absl::StatusOr<std::shared_ptr<const MappedFile>> file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<FileArray> array = ParseNpy((*file)->bytes());
  if (!array.ok()) return InFile(path, array.status());
  array->name = path;
  array->owner = *file;
  return array;
}

}  // namespace paceline
