// What the store has acknowledged, kept outside the database: a database that lost the end of its
// log, was emptied, or is an older copy, agrees with itself and not with its anchor.
//
// Two files beside the database, <database>-anchor0 and -anchor1, are written in turn, each after
// the commit that it stands for, so that one of them is whole at any time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/descriptor.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// Of one job; digests are those of row_digest.h.
struct AnchoredJob {
  std::string name = {};
  std::string birth = {};
  std::string state_digest = {};
  v1::JobState state = v1::JOB_STATE_UNSPECIFIED;
  int64_t step = 0;         // outer steps acknowledged
  std::string chain = {};   // digest of the newest one; the birth's before the first
  uint64_t theta_hash = 0;  // of θ_step; 0 before the first
  // Outer steps that were acknowledged, then lost, and are being computed again: up to this one,
  // where θ must be the same; 0: none.
  int64_t owed_step = 0;
  uint64_t owed_theta_hash = 0;

  bool operator==(const AnchoredJob&) const = default;
};

struct Anchor {
  uint64_t version = 0;  // of the store: rises with every change of a job or its steps
  uint32_t incarnation = 0;
  std::vector<AnchoredJob> jobs;  // in the order of submission

  AnchoredJob* Find(std::string_view job);
  const AnchoredJob* Find(std::string_view job) const;
  bool operator==(const Anchor&) const = default;
};

std::string EncodeAnchor(const Anchor& anchor);
// DataLoss unless these are bytes that EncodeAnchor wrote; more may follow them.
absl::StatusOr<Anchor> DecodeAnchor(std::string_view bytes);

// Nothing if there is none. DataLoss, naming the files, if there are some and none is whole.
absl::StatusOr<std::optional<Anchor>> ReadAnchor(const std::string& database);

// Writes anchors. Not thread-safe.
class AnchorFile {
 public:
  // Makes the files if there are none, and keeps the newer of them.
  static absl::StatusOr<AnchorFile> Open(const std::string& database);

  // Room on the disk for an anchor of so many jobs, so that Write will not lack it.
  absl::Status Reserve(size_t jobs);
  // Durable after OK. After an error it is unknown what is on the disk: nothing may be
  // acknowledged.
  absl::Status Write(const Anchor& anchor);

 private:
  AnchorFile(std::string database, std::array<Descriptor, 2> files, std::optional<size_t> newest);
  absl::Status WriteFirst(std::string bytes);

  std::string database_;
  std::array<Descriptor, 2> files_;
  bool is_first_;  // there is no whole anchor yet
  size_t next_;    // file to be written next
  int64_t reserved_bytes_ = 0;
};

}  // namespace paceline
