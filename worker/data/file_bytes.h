// A file's bytes in memory: mapped where that pays, and unpacked if they begin as gzip data.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/base/mapped_file.h"

namespace paceline {

// Movable. What MappedFile says of its trap holds here too.
class FileBytes {
 public:
  // As MappedFile::Open; DataLoss for damaged gzip data, ResourceExhausted if there are more than
  // max_bytes, packed or not.
  static absl::StatusOr<FileBytes> Read(const std::string& path, size_t max_bytes);

  // Valid until the object is destroyed or moved from.
  std::string_view view() const { return file_ == nullptr ? own_ : file_->bytes(); }

 private:
  FileBytes() = default;

  std::shared_ptr<const MappedFile> file_;  // null for what is our own
  std::string own_ = {};
};

// What gzip data unpack to; errors as FileBytes::Read, without a path.
absl::StatusOr<std::string> Unpacked(std::string_view packed, size_t max_bytes);

}  // namespace paceline
