// A whole file as memory that the system reads when it is touched.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace paceline {

// Immutable, thread-safe. The trap: a file that somebody shortens meanwhile ends the process
// (SIGBUS) where it is touched beyond its new end, so map what is replaced whole, as data sets are.
class MappedFile {
 public:
  // NotFound, PermissionDenied, or InvalidArgument for what is no file, such as a folder.
  static absl::StatusOr<std::shared_ptr<const MappedFile>> Open(const std::string& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::string_view bytes() const { return {begin_, size_}; }

 private:
  MappedFile(const char* begin, size_t size) : begin_(begin), size_(size) {}

  const char* begin_;  // null for an empty file
  size_t size_;
};

}  // namespace paceline
