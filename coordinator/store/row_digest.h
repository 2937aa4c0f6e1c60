// Digests of stored rows: a bit that flips on the disk, a row that is missing, doubled or in
// another's place are noticed when the row is read.
//
// A job's outer steps are a chain: the digest of a step covers that of the step before it, and the
// first one's covers what the job was submitted with. So the newest digest stands for all of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace paceline {

// Columns as they are stored. Digests are 32 hexadecimal digits: half of a SHA-256.

// What never changes of a job.
struct StoredBirth {
  std::string_view name;
  std::string_view config;  // serialized
  std::string_view source_yaml;
  std::string_view request_id;
  int64_t submitted_ms = 0;
  std::string_view submitter = {};  // empty: as in stores that had none
};
std::string DigestOf(const StoredBirth& birth);

// What changes of it.
struct StoredState {
  std::string_view birth;  // digest
  int64_t state = 0;
  std::string_view message;
  std::string_view fingerprint;
  int64_t started_ms = 0;
  int64_t ended_ms = 0;
  int64_t priority = 0;  // 0: as in stores that had none
};
std::string DigestOf(const StoredState& state);

struct StoredStep {
  std::string_view before;  // digest of the step before; of the job's birth for the first one
  int64_t step = 0;
  uint64_t theta_hash = 0;
  int64_t total_inner_steps = 0;
  int64_t total_diverged = 0;
  std::string_view scalars;
  std::string_view record;
};
std::string DigestOf(const StoredStep& step);

struct StoredCheckpoint {
  std::string_view birth;  // digest
  int64_t step = 0;
  std::string_view theta_sha256;
  std::string_view state_sha256;
  bool marked = false;
};
std::string DigestOf(const StoredCheckpoint& checkpoint);

}  // namespace paceline
