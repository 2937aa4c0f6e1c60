#include "common/base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include <fmt/format.h>

#include "common/base/descriptor.h"

namespace paceline {
namespace {

absl::Status Failure(std::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("cannot {} {}", what, path));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const MappedFile>> MappedFile::Open(const std::string& path) {
  // A pipe without a writer would keep the call waiting.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return Failure("open", path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return Failure("look at", path);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        fmt::format("{} is {}; expected a file", path,
                    S_ISDIR(info.st_mode) ? "a folder" : "neither a file nor a folder"));
  }
  const auto size = static_cast<size_t>(info.st_size);
  void* memory = nullptr;
  if (size > 0) memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (memory == MAP_FAILED) return Failure("map", path);
  return std::shared_ptr<const MappedFile>(
      new MappedFile(static_cast<const char*>(memory), memory == nullptr ? 0 : size));
}

MappedFile::~MappedFile() {
  if (begin_ != nullptr) ::munmap(const_cast<char*>(begin_), size_);
}

}  // namespace paceline
