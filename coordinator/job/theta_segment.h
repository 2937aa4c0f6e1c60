// Versions of θ of consecutive outer steps in one file: what is too much for memory.
//
// The file begins with the identity of the job that it is of. A record is the step and the hash, 8
// bytes each, and the values as float32, little endian. The hash names job, step and values
// (ThetaHash), so that it is the checksum too.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/descriptor.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// One thread appends; any read what was there before they were told of it. Never synced: what is
// damaged, a replay makes again.
class ThetaSegment {
 public:
  static constexpr size_t kIdentityBytes = 32;

  // Of steps from `first` on, in a new file, for versions of so many bytes. `identity`: 32
  // characters.
  static absl::StatusOr<std::shared_ptr<ThetaSegment>> Create(const std::string& folder,
                                                              const std::string& identity,
                                                              int64_t first, uint64_t theta_bytes);
  // One that an earlier life of the program wrote: the whole records in it. Null unless it is of
  // that identity and its first and last version are what was appended.
  static std::shared_ptr<ThetaSegment> Adopt(const std::string& path, const std::string& job,
                                             const std::string& identity, uint64_t theta_bytes);
  ThetaSegment(const ThetaSegment&) = delete;
  ThetaSegment& operator=(const ThetaSegment&) = delete;

  // The version after the newest. After an error nothing was added.
  absl::Status Append(const v1::Theta& theta);
  // DataLoss, naming the file, if it is not what was appended.
  absl::StatusOr<v1::Theta> Read(const std::string& job, int64_t step) const;

  // Forgets versions of this step and later ones.
  void Cut(int64_t step) { end_ = std::min(end_, step); }
  // Those who hold the segment read on.
  void RemoveFile() const;

  const std::string& path() const { return path_; }
  int64_t first() const { return first_; }
  int64_t end() const { return end_; }  // the step after the newest
  uint64_t bytes() const { return static_cast<uint64_t>(end_ - first_) * record_bytes_; }

 private:
  ThetaSegment(std::string path, Descriptor file, int64_t first, uint64_t theta_bytes)
      : path_(std::move(path)),
        file_(std::move(file)),
        first_(first),
        end_(first),
        record_bytes_(theta_bytes + 16) {}
  uint64_t PlaceOf(int64_t step) const {
    return kIdentityBytes + static_cast<uint64_t>(step - first_) * record_bytes_;
  }

  const std::string path_;
  const Descriptor file_;
  const int64_t first_;
  int64_t end_;
  const uint64_t record_bytes_;
};

}  // namespace paceline
