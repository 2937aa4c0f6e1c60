#include "coordinator/store/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/private_file.h"
#include "common/base/sync_folder.h"

namespace paceline {
namespace {

// Of "data", "data/" and ".", too.
std::string ParentOf(const std::string& folder) {
  const auto inside = std::filesystem::absolute(folder + "/.").lexically_normal();
  return inside.parent_path().parent_path().string();
}

// Not a folder that others use as well.
bool IsOwn(const std::string& folder) {
  std::error_code error;
  return !std::filesystem::exists(folder, error) || std::filesystem::is_empty(folder, error) ||
         std::filesystem::exists(folder + "/lock", error);
}

}  // namespace

absl::StatusOr<DataFolder> DataFolder::Open(const std::string& path) {
  const bool own = IsOwn(path);
  absl::Status status = MakeFolder(path);
  if (!status.ok()) return status;
  // An earlier life may have made it, or what is in it, and ended before it synced that. Not every
  // folder around it can be read.
  status = SyncFolder(ParentOf(path));
  if (!status.ok() && !absl::IsPermissionDenied(status)) return status;
  const std::string file = path + "/lock";
  const int lock = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(file, ": ", std::strerror(errno),
                     "; the data folder must be writable for the coordinator"));
  }
  if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
    std::error_code ignored;
    DataFolder opened(std::filesystem::absolute(path, ignored).lexically_normal(), lock);
    if (absl::Status shut = opened.Shut(own); !shut.ok()) return shut;
    for (const char* made : {"", "/jobs", "/evaluations"}) {
      const std::string folder = opened.path() + made;
      if (!std::filesystem::exists(folder, ignored)) continue;
      if (absl::Status synced = SyncFolder(folder); !synced.ok()) return synced;
    }
    return opened;
  }
  const int error = errno;
  close(lock);
  if (error == EWOULDBLOCK) {
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     ": another coordinator is working in this folder; stop it, or give "
                     "this one a folder of its own with --data"));
  }
  return absl::InternalError(absl::StrCat(file, ": cannot be locked: ", std::strerror(error)));
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      was_open_(other.was_open_) {}

DataFolder::~DataFolder() {
  if (lock_ >= 0) close(lock_);
}

absl::Status DataFolder::Shut(bool own_folder) {
  for (const char* name :
       {"/coordinator.db", "/coordinator.db-wal", "/coordinator.db-shm", "/coordinator.db-anchor0",
        "/coordinator.db-anchor1", "/address", "/jobs", "/evaluations", "/outcomes.sqlite"}) {
    const absl::StatusOr<bool> was_open = MakePrivate(path_ + name);
    if (!was_open.ok()) return was_open.status();
    was_open_ = was_open_ || *was_open;
  }
  // One that belongs to another user stays; what is in it is this user's alone all the same.
  const bool was_open = own_folder && MakePrivate(path_).value_or(false);
  if (was_open && std::filesystem::exists(database())) was_open_ = true;
  return absl::OkStatus();
}

std::string JobFolder(const std::string& data_folder, const std::string& job) {
  return absl::StrCat(data_folder, "/jobs/", job);
}

absl::Status RemoveJobFolder(const std::string& data_folder, const std::string& job) {
  const std::string folder = JobFolder(data_folder, job);
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (!error) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat(folder, ": cannot be removed: ", error.message(),
                                                  "; the coordinator must be able to write there"));
}

}  // namespace paceline
