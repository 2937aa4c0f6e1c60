#include "common/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "common/base/descriptor.h"
#include "common/base/sync_folder.h"

namespace paceline {
namespace {

absl::Status Failure(std::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("cannot {} {}", what, path));
}

absl::Status TooLarge(const std::string& path, size_t max_bytes) {
  return absl::ResourceExhaustedError(
      fmt::format("{} is larger than the {} bytes allowed", path, max_bytes));
}

// The next bytes of the file into buffer; 0 at its end, -1 with errno.
ssize_t ReadSome(int fd, char* buffer, size_t size) {
  ssize_t got = 0;
  do {
    got = ::read(fd, buffer, size);
  } while (got < 0 && errno == EINTR);
  return got;
}

// Unique among the processes and threads of this machine.
std::string TemporaryName(const std::string& path) {
  static std::atomic<uint64_t> counter = 0;
  return fmt::format("{}.{}-{}.tmp", path, ::getpid(), counter.fetch_add(1));
}

// A file that is replaced keeps its permissions.
bool CopyMode(const std::string& path, int fd) {
  struct stat old {};
  return ::stat(path.c_str(), &old) != 0 || ::fchmod(fd, old.st_mode & 07777) == 0;
}

// Errors name `path`, which is what the caller knows.
absl::Status WriteAndSync(const std::string& temporary, const std::string& path,
                          std::string_view bytes) {
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0) return Failure("write", path);
  const bool written = CopyMode(path, file.get()) && WriteAll(file.get(), bytes) &&
                       ::fsync(file.get()) == 0 && file.Close();
  return written ? absl::OkStatus() : Failure("write", path);
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return Failure("open", path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return Failure("look at", path);
  const size_t expected = info.st_size > 0 ? static_cast<size_t>(info.st_size) : 0;
  if (expected > max_bytes) return TooLarge(path, max_bytes);
  std::string bytes;
  bytes.reserve(expected + 1);
  // Pipes have no size and files may grow, so only the end of the file ends the loop.
  char buffer[1 << 16];
  while (true) {
    const ssize_t got = ReadSome(file.get(), buffer, sizeof buffer);
    if (got < 0) return Failure("read", path);
    if (got == 0) return bytes;
    if (bytes.size() + static_cast<size_t>(got) > max_bytes) return TooLarge(path, max_bytes);
    bytes.append(buffer, static_cast<size_t>(got));
  }
}

absl::Status WriteFileAtomically(const std::string& path, std::string_view bytes) {
  const std::string temporary = TemporaryName(path);
  absl::Status status = WriteAndSync(temporary, path, bytes);
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) {
    status = Failure("write", path);
  }
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return SyncFolder(FolderOf(path));
}

absl::Status MakeFolder(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  // Those that lack, the deepest first.
  std::vector<fs::path> made;
  for (fs::path folder = path; !folder.empty() && !fs::exists(folder, error);) {
    made.push_back(folder);
    if (folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  fs::create_directories(path, error);
  if (error || !fs::is_directory(path, error)) {
    return absl::ErrnoToStatus(error ? error.value() : ENOTDIR,
                               fmt::format("cannot make folder {}", path));
  }
  for (const fs::path& folder : made) {
    if (absl::Status status = SyncFolder(FolderOf(folder)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace paceline
