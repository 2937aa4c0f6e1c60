#include "coordinator/lease/believed.h"

#include <algorithm>

namespace paceline {

uint32_t BelievedThreads(const Claim& claim, const ClaimsAround& around) {
  constexpr int kEnough = 16;  // 2^16 threads are more than can be claimed
  const uint64_t first = around.answered ? 1 : 2 * uint64_t{around.typical_threads};
  const uint64_t believed = first << std::min(claim.good_steps, kEnough);
  return static_cast<uint32_t>(std::min<uint64_t>(claim.threads, believed));
}

}  // namespace paceline
