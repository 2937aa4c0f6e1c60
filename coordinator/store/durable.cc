#include "coordinator/store/durable.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/descriptor.h"

namespace paceline {

absl::Status WriteAgain(const std::string& path) {
  const auto failure = [&] {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path, " again"));
  };
  const Descriptor file(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.valid()) return errno == ENOENT ? absl::OkStatus() : failure();
  std::vector<char> bytes(1 << 20);
  for (off_t at = 0;;) {
    const ssize_t got = pread(file.get(), bytes.data(), bytes.size(), at);
    if (got < 0) return failure();
    if (got == 0) break;
    const ssize_t put = pwrite(file.get(), bytes.data(), static_cast<size_t>(got), at);
    if (put <= 0) return failure();
    at += put;
  }
  return fdatasync(file.get()) == 0 ? absl::OkStatus() : failure();
}

absl::Status SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::absolute(path).lexically_normal().parent_path();
  const Descriptor file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.valid() && fsync(file.get()) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot sync folder ", folder));
}

}  // namespace paceline
