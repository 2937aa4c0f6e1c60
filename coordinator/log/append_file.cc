#include "coordinator/log/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/base/sync_folder.h"
#include "fmt/format.h"

namespace paceline {
namespace {

absl::Status Failure(std::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("cannot {} {}", what, path));
}

}  // namespace

absl::StatusOr<AppendFile> AppendFile::Open(const std::string& path, int64_t keep_bytes) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return Failure("open", path);
  AppendFile file(path, descriptor);
  struct stat info;
  if (fstat(descriptor, &info) != 0) return Failure("read the length of", path);
  if (info.st_size > keep_bytes && ftruncate(descriptor, keep_bytes) != 0) {
    return Failure("shorten", path);
  }
  return file;
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::Status AppendFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failure("write to", path_);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status AppendFile::Sync() {
  if (fdatasync(descriptor_) != 0) return Failure("sync", path_);
  return SyncFolder(FolderOf(path_));
}

}  // namespace paceline
