// A file's bytes in memory: mapped where that pays, and unpacked if they begin as gzip data.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace paceline {

// Movable. A mapped file must not be cut short while its bytes are read.
class FileBytes {
 public:
  // NotFound, PermissionDenied, InvalidArgument for what is no regular file, DataLoss for damaged
  // gzip data, ResourceExhausted if there are more than max_bytes, packed or not.
  static absl::StatusOr<FileBytes> Read(const std::string& path, size_t max_bytes);

  FileBytes(FileBytes&& from) noexcept;
  FileBytes& operator=(FileBytes&& from) noexcept;
  ~FileBytes();

  // Valid until the object is destroyed or moved from.
  std::string_view view() const;

 private:
  FileBytes() = default;
  absl::Status Load(const std::string& path, size_t max_bytes);

  void* mapped_ = nullptr;
  size_t mapped_bytes_ = 0;
  std::string own_ = {};  // if nothing is mapped
};

// What gzip data unpack to; errors as FileBytes::Read, without a path.
absl::StatusOr<std::string> Unpacked(std::string_view packed, size_t max_bytes);

}  // namespace paceline
