#include "coordinator/lease/audit.h"

#include "common/noise/philox.h"

namespace paceline {

bool IsAudited(uint64_t seed, int64_t step, uint32_t block, double rate) {
  if (rate <= 0) return false;
  // Numbers of its own beside those of training (common/noise/streams.h), whose keys are the seed.
  const uint64_t key = seed ^ 0x6175646974000000;
  const auto counted = static_cast<uint64_t>(step);
  const PhiloxPlace place = {
      .key = {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)},
      .words = {static_cast<uint32_t>(counted), static_cast<uint32_t>(counted >> 32), block}};
  const uint32_t word = Philox<lane::Scalar>(place, lane::ScalarU::Set(0)).words[0].raw;
  return static_cast<double>(word) * 0x1p-32 < rate;
}

}  // namespace paceline
