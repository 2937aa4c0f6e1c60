#include "worker/snapshot/snapshot_folder.h"

#include <chrono>
#include <filesystem>
#include <limits>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file.h"
#include "spdlog/spdlog.h"
#include "worker/snapshot/snapshot_policy.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;

constexpr char kPrefix[] = "job-";
constexpr size_t kDigits = 32;

bool IsJobFolder(std::string_view name) {
  if (!name.starts_with(kPrefix) || name.size() != sizeof kPrefix - 1 + kDigits) return false;
  name.remove_prefix(sizeof kPrefix - 1);
  return name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsOurs(const std::string& file) {
  return ParseFileName(file).has_value() || IsUnfinished(file);
}

// Of a folder that may change or vanish meanwhile.
std::vector<fs::path> EntriesOf(const std::string& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  fs::directory_iterator it(folder, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    entries.push_back(it->path());
  }
  return entries;
}

void RemoveOurs(const std::string& folder, const std::function<bool(const fs::path&)>& condition) {
  std::error_code ignored;
  for (const fs::path& file : EntriesOf(folder)) {
    if (IsOurs(file.filename()) && condition(file)) fs::remove(file, ignored);
  }
  // Fails if anything is left.
  fs::remove(folder, ignored);
}

int64_t UnixMillisOf(const fs::path& file) {
  std::error_code error;
  const auto time = fs::last_write_time(file, error);
  if (error) return std::numeric_limits<int64_t>::max();
  const auto since = std::chrono::file_clock::to_sys(time).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

}  // namespace

std::string SnapshotFolder::FolderOf(const SnapshotJob& job) const {
  return absl::StrCat(path_, "/", kPrefix, Sha256Hex(job).substr(0, kDigits));
}

std::string SnapshotFolder::PathOf(const SnapshotJob& job, const SnapshotName& name) const {
  return absl::StrCat(FolderOf(job), "/", FileName(name));
}

std::optional<size_t> SnapshotFolder::Write(const SnapshotJob& job, const SnapshotName& name,
                                            TensorFile state) {
  const std::string bytes = SealSnapshot(std::move(state), job, name);
  absl::Status status = MakeFolder(FolderOf(job));
  if (status.ok()) {
    status = WriteFileAtomically(PathOf(job, name), bytes);
  }
  Tell(status);
  if (!status.ok()) return std::nullopt;
  std::error_code ignored;
  for (const SnapshotName& old : Superseded(List(job), name)) {
    fs::remove(PathOf(job, old), ignored);
  }
  return bytes.size();
}

void SnapshotFolder::Tell(const absl::Status& written) {
  const bool failed_before = failing_.exchange(!written.ok());
  if (!written.ok() && !failed_before) {
    spdlog::warn("no snapshots can be written: {}; blocks that move are replayed",
                 std::string(written.message()));
  } else if (written.ok() && failed_before) {
    spdlog::info("snapshots can be written again");
  }
}

std::vector<SnapshotName> SnapshotFolder::List(const SnapshotJob& job) const {
  std::vector<SnapshotName> names;
  for (const fs::path& file : EntriesOf(FolderOf(job))) {
    if (const auto name = ParseFileName(file.filename().string())) names.push_back(*name);
  }
  return names;
}

absl::Status SnapshotFolder::Read(
    const SnapshotJob& job, const SnapshotName& name,
    const std::function<absl::Status(const TensorFileView&)>& use) const {
  const absl::StatusOr<std::string> bytes = ReadFile(PathOf(job, name));
  if (!bytes.ok()) return bytes.status();
  const absl::StatusOr<TensorFileView> state = OpenSnapshot(*bytes, job, name);
  return state.ok() ? use(*state) : state.status();
}

void SnapshotFolder::Remove(const SnapshotJob& job) const {
  RemoveOurs(FolderOf(job), [](const fs::path&) { return true; });
}

void SnapshotFolder::RemoveLeftBehind(int64_t now_unix_ms) const {
  for (const fs::path& folder : EntriesOf(path_)) {
    if (!IsJobFolder(folder.filename().string())) continue;
    RemoveOurs(folder.string(), [&](const fs::path& file) {
      return IsLeftBehind(std::chrono::seconds((now_unix_ms - UnixMillisOf(file)) / 1000));
    });
  }
}

}  // namespace paceline
