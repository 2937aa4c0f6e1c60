#include "common/pki/swap_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "common/base/private_file.h"
#include "common/base/sync_folder.h"
#include "fmt/format.h"

namespace paceline {
namespace {

absl::Status WriteAll(const std::string& folder, const std::map<std::string, std::string>& files) {
  for (const auto& [name, text] : files) {
    absl::Status status = WritePrivateFile(fmt::format("{}/{}", folder, name), text);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Not every file system can exchange two names.
bool Exchange(const std::string& fresh, const std::string& folder) {
  if (renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) == 0) {
    return true;
  }
  if (errno == ENOENT) return rename(fresh.c_str(), folder.c_str()) == 0;
  if (errno != EINVAL && errno != ENOSYS) return false;
  const std::string old = fresh + ".old";
  if (rename(folder.c_str(), old.c_str()) != 0) return false;
  const bool moved = rename(fresh.c_str(), folder.c_str()) == 0;
  return rename(old.c_str(), (moved ? fresh : folder).c_str()) == 0 && moved;
}

}  // namespace

absl::Status SwapFolder(const std::string& folder,
                        const std::map<std::string, std::string>& files) {
  std::string fresh = folder + ".XXXXXX";
  if (mkdtemp(fresh.data()) == nullptr) {
    return absl::ErrnoToStatus(errno, fmt::format("cannot make folder {}", folder));
  }
  absl::Status status = WriteAll(fresh, files);
  if (status.ok() && !Exchange(fresh, folder)) {
    status = absl::ErrnoToStatus(errno, fmt::format("cannot replace {}", folder));
  }
  // What is there now is the old folder, or what could not take its place.
  std::error_code ignored;
  std::filesystem::remove_all(fresh, ignored);
  return status.ok() ? SyncFolder(FolderOf(folder)) : status;
}

}  // namespace paceline
