#include "worker/data/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace paceline {
namespace {

namespace fs = std::filesystem;

absl::Status Failure(std::string_view what, const std::string& path, const std::error_code& error) {
  return absl::ErrnoToStatus(error.value(), fmt::format("cannot {} {}", what, path));
}

// Below the folder, in order.
absl::StatusOr<std::vector<std::string>> FilesBelow(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (!entry->is_regular_file(error)) continue;
    files.push_back(entry->path().lexically_relative(folder).generic_string());
  }
  if (error) return Failure("list folder", folder, error);
  if (files.empty()) {
    return absl::NotFoundError(fmt::format("folder {} holds no files; expected text", folder));
  }
  std::sort(files.begin(), files.end());
  return files;
}

absl::StatusOr<std::vector<std::string>> PathsOf(const std::string& path) {
  std::error_code error;
  if (fs::status(path, error).type() == fs::file_type::not_found) {
    return absl::NotFoundError(fmt::format(
        "there is no text at {}: name a file or a folder by `path`, or run deploy/setup.sh, which "
        "puts one into /usr/share/datasets/text",
        path));
  }
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  absl::StatusOr<std::vector<std::string>> files = FilesBelow(path);
  if (!files.ok()) return files.status();
  for (std::string& file : *files) file.insert(0, path + "/");
  return files;
}

}  // namespace

absl::StatusOr<std::vector<FileBytes>> ReadDocuments(const std::string& path) {
  const absl::StatusOr<std::vector<std::string>> paths = PathsOf(path);
  if (!paths.ok()) return paths.status();
  std::vector<FileBytes> documents;
  size_t total = 0;
  for (const std::string& file : *paths) {
    absl::StatusOr<FileBytes> bytes = FileBytes::Read(file, kMaxTextBytes);
    if (!bytes.ok()) return bytes.status();
    total += bytes->view().size() + 1;
    documents.push_back(*std::move(bytes));
    if (total <= kMaxTextBytes + 1) continue;
    return absl::ResourceExhaustedError(fmt::format(
        "{} has more than {} bytes; that is the most a text may have", path, kMaxTextBytes));
  }
  return documents;
}

}  // namespace paceline
