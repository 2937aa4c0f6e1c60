#include "common/base/sync_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "common/base/descriptor.h"
#include "fmt/format.h"

namespace paceline {

absl::Status SyncFolder(const std::string& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.valid() && ::fsync(opened.get()) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, fmt::format("cannot sync folder {}", folder));
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace paceline
