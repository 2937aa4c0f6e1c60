#include "coordinator/lease/bench.h"

#include <algorithm>

namespace paceline {

std::chrono::nanoseconds BenchTime(int misses, std::chrono::nanoseconds lease) {
  constexpr int kEnough = 12;
  const std::chrono::nanoseconds shortest =
      std::min<std::chrono::nanoseconds>(lease, kLongestBench) * kBenchLeases;
  return std::min<std::chrono::nanoseconds>(shortest * (1 << std::min(misses - 1, kEnough)),
                                            kLongestBench);
}

}  // namespace paceline
