// What a job takes on the coordinator, from its config alone: the versions of θ that it keeps so
// that blocks can be made again, and its scalars in the store.
#pragma once

#include <cstdint>
#include <string>

#include "paceline/v1/job_config.pb.h"

namespace paceline {

// Versions beyond so many bytes go to files, each of about so many.
inline constexpr uint64_t kHistoryMemoryBytes = uint64_t{64} << 20;
inline constexpr uint64_t kHistorySegmentBytes = uint64_t{64} << 20;

struct HistoryFootprint {
  uint64_t versions = 0;      // of θ, at the most
  uint64_t memory_bytes = 0;  // of those in memory
  uint64_t disk_bytes = 0;    // of those in files
  uint64_t store_bytes = 0;   // of the database at the job's end
};

// `config` is valid (common/config).
HistoryFootprint HistoryFootprintOf(const v1::JobConfig& config);

// "up to 201 versions of θ: ...": one line for people, no end of line.
std::string HistoryText(const v1::JobConfig& config);

}  // namespace paceline
