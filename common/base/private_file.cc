#include "common/base/private_file.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "common/base/descriptor.h"
#include "common/base/file.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr mode_t kModeBits = 07777, kOthers = 0077;

absl::Status Failure(std::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("cannot {} {}", what, path));
}

std::string UserName(uid_t user) {
  const passwd* entry = getpwuid(user);
  return entry == nullptr ? fmt::format("user {}", user) : entry->pw_name;
}

}  // namespace

absl::Status CheckPrivate(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return Failure("open", path);
  if (info.st_uid != geteuid() && info.st_uid != 0) {
    return absl::FailedPreconditionError(fmt::format(
        "{}: is {}'s, who may change and read it; it must belong to the user that runs this "
        "program: chown {} {}",
        path, UserName(info.st_uid), UserName(geteuid()), path));
  }
  if ((info.st_mode & kOthers) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("{}: others may use it (mode {:04o}), and it holds a secret; make it this "
                  "user's alone: chmod 600 {}",
                  path, info.st_mode & kModeBits, path));
}

absl::Status WritePrivateFile(const std::string& path, std::string_view bytes) {
  // WriteFileAtomically takes over the mode of what it replaces before it writes anything.
  const Descriptor made(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!made.valid()) return Failure("write", path);
  if (fchmod(made.get(), 0600) != 0) return Failure("change the mode of", path);
  return WriteFileAtomically(path, bytes);
}

absl::Status MakePrivateFolder(const std::string& path) {
  if (absl::Status made = MakeFolder(path); !made.ok()) return made;
  return MakePrivate(path).status();
}

absl::StatusOr<bool> MakePrivate(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return false;
    return Failure("look at", path);
  }
  if ((info.st_mode & kOthers) == 0) return false;
  if (chmod(path.c_str(), info.st_mode & kModeBits & ~kOthers) == 0) return true;
  return Failure("change the mode of", path);
}

}  // namespace paceline
