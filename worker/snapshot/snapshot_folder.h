// Snapshots on disk, perhaps in a folder that several workers share:
//
//   DIR/job-<32 digits of SHA-256 of what the job's bits depend on>/<FileName>
//
// Files appear whole or not at all, and only what is named like this is ever removed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/safetensors/safetensors.h"
#include "worker/snapshot/snapshot_file.h"
#include "worker/snapshot/snapshot_name.h"

namespace paceline {

// Thread-safe. A folder that cannot be read or written costs replay, nothing else: it is said once,
// and again once it works.
class SnapshotFolder {
 public:
  explicit SnapshotFolder(std::string path) : path_(std::move(path)) {}

  // And removes those that it supersedes. The bytes of the file; empty if it could not be written.
  std::optional<size_t> Write(const SnapshotJob& job, const SnapshotName& name, TensorFile state);
  std::vector<SnapshotName> List(const SnapshotJob& job) const;
  // Gives the state to `use`. NotFound if it is not there; errors of OpenSnapshot and of `use`.
  absl::Status Read(const SnapshotJob& job, const SnapshotName& name,
                    const std::function<absl::Status(const TensorFileView&)>& use) const;
  // All of a job that is over.
  void Remove(const SnapshotJob& job) const;
  // What nobody has touched for weeks (IsLeftBehind).
  void RemoveLeftBehind(int64_t now_unix_ms) const;

  std::string PathOf(const SnapshotJob& job, const SnapshotName& name) const;

 private:
  std::string FolderOf(const SnapshotJob& job) const;
  void Tell(const absl::Status& written);

  const std::string path_;
  std::atomic<bool> failing_ = false;
};

}  // namespace paceline
