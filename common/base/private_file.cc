#include "common/base/private_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace paceline {

absl::Status CheckPrivate(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    return absl::ErrnoToStatus(errno, fmt::format("cannot look at {}", path));
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::PermissionDeniedError(
        fmt::format("{}: others can read or change it (its mode is {:o}); chmod 600 {}", path,
                    info.st_mode & 07777, path));
  }
  if (info.st_uid != geteuid() && info.st_uid != 0) {
    return absl::PermissionDeniedError(
        fmt::format("{}: it belongs to another user; it should be this user's own", path));
  }
  return absl::OkStatus();
}

}  // namespace paceline
