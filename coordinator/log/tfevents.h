// TensorBoard event files: TFRecords of tensorflow.Event messages, with scalars only.
//
// A record is: u64 length, u32 masked CRC-32C of those eight bytes, the message, u32 masked CRC-32C
// of the message; all little-endian.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/log/append_file.h"

namespace paceline {

struct Scalar {
  std::string tag;
  double value = 0;
};

// One record around an encoded message.
std::string FrameTfRecord(std::string_view message);

// Not thread-safe.
class EventFile {
 public:
  // Creates the next `<folder>/events.out.tfevents.NNNNNN.paceline` (TensorBoard reads the files of
  // a folder in the order of their names). Its first events say the format's version, and that a
  // session starts at `first_step`: TensorBoard then forgets what older files of the folder say of
  // that step and later ones.
  static absl::StatusOr<EventFile> Create(const std::string& folder, int64_t first_step,
                                          double unix_seconds);
  absl::Status Sync() { return file_.Sync(); }
  absl::Status Add(int64_t step, double unix_seconds, const std::vector<Scalar>& scalars);

 private:
  explicit EventFile(AppendFile file) : file_(std::move(file)) {}

  AppendFile file_;
};

}  // namespace paceline
