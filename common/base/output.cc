#include "common/base/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "absl/status/statusor.h"
#include "common/base/descriptor.h"
#include "common/base/file.h"
#include "common/base/sync_folder.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;  // as of Linux

// Where the bytes go: links are followed, to the last one's target even where that is missing.
struct Target {
  std::string path;
  std::optional<struct stat> there;  // empty: a new file
};

absl::Status Failure(const std::string& path, int error) {
  return absl::ErrnoToStatus(error, fmt::format("cannot write {}", path));
}

std::optional<struct stat> Look(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return info;
}

bool Same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// `path` is a link whose target does not exist, or no link.
absl::StatusOr<std::string> EndOfLinks(const std::string& path) {
  fs::path end = path;
  std::error_code error;
  for (int i = 0; i < kMaxLinks; ++i) {
    if (!fs::is_symlink(end, error)) return end.string();
    end = end.parent_path() / fs::read_symlink(end, error);
    if (error) return Failure(path, error.value());
  }
  return Failure(path, ELOOP);
}

absl::StatusOr<Target> Resolve(const std::string& path) {
  if (const auto there = Look(path)) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    // What /proc/self/fd leads to may have no path.
    return Target{error ? path : real.string(), there};
  }
  const int reason = errno;
  if (reason != ENOENT) return Failure(path, reason);
  auto end = EndOfLinks(path);
  if (!end.ok()) return end.status();
  return Target{*std::move(end), std::nullopt};
}

bool IsInput(const struct stat& output, const std::string& input) {
  const auto info = Look(input);
  if (!info) return false;
  if (!S_ISDIR(info->st_mode)) return Same(output, *info);
  std::error_code error;
  const fs::recursive_directory_iterator files(input, error);
  return std::any_of(begin(files), end(files), [&](const fs::directory_entry& entry) {
    const auto inside = Look(entry.path().string());
    return inside && Same(output, *inside);
  });
}

absl::Status CheckThere(const std::string& path, const Target& target, const OutputRules& rules) {
  const mode_t mode = target.there->st_mode;
  if (S_ISDIR(mode)) {
    return absl::InvalidArgumentError(
        fmt::format("cannot write {}: it is a folder; give the name of a file", path));
  }
  const bool keeps = S_ISREG(mode) || S_ISBLK(mode);
  for (const std::string& input : rules.inputs) {
    if (!keeps || !IsInput(*target.there, input)) continue;
    return absl::InvalidArgumentError(
        fmt::format("cannot write {}: it is what this command reads; give another name", path));
  }
  if (keeps && !rules.force) {
    return absl::AlreadyExistsError(fmt::format("{} exists; --force replaces it", path));
  }
  return absl::OkStatus();
}

// A regular file is replaced in its folder; anything else is opened.
absl::Status CheckPermission(const std::string& path, const Target& target) {
  const bool opened = target.there && !S_ISREG(target.there->st_mode);
  const std::string what = opened ? target.path : FolderOf(target.path);
  if (!opened && !Look(what)) {
    return absl::NotFoundError(
        fmt::format("cannot write {}: there is no folder {}; make it first", path, what));
  }
  if (::faccessat(AT_FDCWD, what.c_str(), W_OK, AT_EACCESS) != 0) return Failure(path, errno);
  return absl::OkStatus();
}

absl::StatusOr<Target> Checked(const std::string& path, const OutputRules& rules) {
  auto target = Resolve(path);
  if (!target.ok()) return target;
  if (target->there) {
    if (absl::Status fine = CheckThere(path, *target, rules); !fine.ok()) return fine;
  }
  if (absl::Status may = CheckPermission(path, *target); !may.ok()) return may;
  return target;
}

absl::Status WriteInto(const std::string& path, std::string_view bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (file.get() < 0 || !WriteAll(file.get(), bytes) || !file.Close()) return Failure(path, errno);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOutput(const std::string& path, const OutputRules& rules) {
  return Checked(path, rules).status();
}

absl::Status WriteOutput(const std::string& path, std::string_view bytes,
                         const OutputRules& rules) {
  const auto target = Checked(path, rules);
  if (!target.ok()) return target.status();
  if (target->there && !S_ISREG(target->there->st_mode)) return WriteInto(path, bytes);
  return WriteFileAtomically(target->path, bytes);
}

}  // namespace paceline
