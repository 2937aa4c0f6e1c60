// A log file on disk: opened once, only ever added to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paceline {

// Not thread-safe. Every Append reaches the operating system before it returns, so it survives the
// process, not a power cut.
class AppendFile {
 public:
  // Creates the file if need be. A file longer than `keep_bytes` is cut to that length first.
  static absl::StatusOr<AppendFile> Open(const std::string& path, int64_t keep_bytes);
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;
  ~AppendFile();

  // The errors name the path and the reason.
  absl::Status Append(std::string_view bytes);
  // What was appended, and the file itself, outlive a loss of power.
  absl::Status Sync();

 private:
  AppendFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_ = -1;
};

}  // namespace paceline
