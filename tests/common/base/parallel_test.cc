#include "common/base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace paceline {
namespace {

TEST(ParallelFor, CoversEveryIndexOnceInRangesOfTheGrain) {
  for (const int threads : {-1, 0, 1, 2, 5}) {
    for (const size_t count : {0u, 1u, 15u, 16u, 17u, 1000u}) {
      for (const size_t grain : {0u, 1u, 16u, 5000u}) {
        std::vector<std::atomic<int>> visits(count);
        ParallelFor(threads, count, grain, [&](size_t begin, size_t end) {
          EXPECT_LT(begin, end);
          if (grain > 0) {
            EXPECT_EQ(begin % grain, 0u);
          }
          for (size_t i = begin; i < end; ++i) ++visits.at(i);
        });
        for (const auto& visit : visits) ASSERT_EQ(visit, 1);
      }
    }
  }
}

TEST(ParallelFor, UsesNoMoreThreadsThanAsked) {
  std::mutex mutex;
  std::set<std::thread::id> seen;
  ParallelFor(3, 1000, 1, [&](size_t, size_t) {
    const std::lock_guard lock(mutex);
    seen.insert(std::this_thread::get_id());
  });
  EXPECT_LE(seen.size(), 3u);
}

TEST(ParallelFor, OneThreadIsTheCaller) {
  ParallelFor(1, 10, 1, [caller = std::this_thread::get_id()](size_t, size_t) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
  });
}

}  // namespace
}  // namespace paceline
