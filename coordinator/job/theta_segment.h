// Versions of θ of consecutive outer steps in one file: what is too much for memory.
//
// A record is the step and the hash, 8 bytes each, and the values as float32, little endian. The
// hash names job, step and values (ThetaHash), so that it is the checksum too.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/descriptor.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// One thread appends; any read what was there before they were told of it. The file is removed by
// the destructor. It is written for this life of the program alone, and never synced: a replay
// makes it again.
class ThetaSegment {
 public:
  // Of steps from `first` on, in a new file.
  static absl::StatusOr<std::shared_ptr<ThetaSegment>> Create(const std::string& folder,
                                                              int64_t first);
  ThetaSegment(const ThetaSegment&) = delete;
  ThetaSegment& operator=(const ThetaSegment&) = delete;
  ~ThetaSegment();

  // The version after the newest, of as many values as that one. After an error nothing was added.
  absl::Status Append(const v1::Theta& theta);
  // DataLoss, naming the file, if it is not what was appended.
  absl::StatusOr<v1::Theta> Read(const std::string& job, int64_t step) const;

  int64_t first() const { return first_; }
  int64_t end() const { return end_; }  // the step after the newest
  uint64_t bytes() const { return static_cast<uint64_t>(end_ - first_) * record_bytes_; }

 private:
  ThetaSegment(std::string path, Descriptor file, int64_t first)
      : path_(std::move(path)), file_(std::move(file)), first_(first), end_(first) {}

  const std::string path_;
  const Descriptor file_;
  const int64_t first_;
  int64_t end_;
  uint64_t record_bytes_ = 0;  // the same for all; 0 before the first
};

}  // namespace paceline
