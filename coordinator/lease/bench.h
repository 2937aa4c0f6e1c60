// For how long a worker that was late gets no block that it has not.
#pragma once

#include <chrono>

namespace paceline {

// So many times its lease, and twice as many with every further lease that it misses: what waiting
// for it costs falls to nothing.
inline constexpr int kBenchLeases = 8;
inline constexpr std::chrono::hours kLongestBench{1};
// Good outer steps in a row after which what was missed before is forgotten.
inline constexpr int kGoodStepsToForget = 16;

// misses: from 1.
std::chrono::nanoseconds BenchTime(int misses, std::chrono::nanoseconds lease);

}  // namespace paceline
