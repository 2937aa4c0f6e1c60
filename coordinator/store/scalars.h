// The scalars of one outer step as bytes, little endian. Format 1, of all blocks' windows of that
// step: a particle after the other in 21 bytes (two sums, float64; trained steps, uint32; diverged,
// a byte). Format 2: the number of windows (uint32), their blocks (uint32) and outer steps (int64),
// then the particles in 29 bytes, the step at which each began its episode (int64) last.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/estimator/episode_book.h"

namespace paceline {

struct StoredScalars {
  std::vector<ParticleScalars> particles;
  std::vector<CountedWindow> windows;  // empty in format 1
};

std::string EncodeScalars(std::span<const ParticleScalars> particles,
                          std::span<const CountedWindow> windows = {});
// The same bits again, but for where episodes began in format 1. DataLoss if these are not the
// bytes that EncodeScalars writes.
absl::StatusOr<StoredScalars> DecodeScalars(std::string_view bytes);

}  // namespace paceline
