#include "tests/testing/emulator/block_emulator.h"

#include <gtest/gtest.h>

#include <numeric>

#include "common/lane/team.h"

namespace paceline {
namespace {

TEST(BlockEmulator, EveryItemOfEveryBlockIsTakenOnce) {
  constexpr size_t kItems = 37;
  for (const size_t threads : {1, 8, 48}) {
    std::vector<int> taken(3 * kItems, 0);
    RunBlocks(3, threads, [&](size_t block, const EmulatedTeam& team) {
      lane::ForEach(team, kItems, [&](size_t item) { ++taken[block * kItems + item]; });
    });
    EXPECT_EQ(taken, std::vector<int>(3 * kItems, 1)) << threads;
  }
}

// A tree sum: wrong, and a race, without the barriers.
TEST(BlockEmulator, SyncEndsAPhase) {
  constexpr size_t kItems = 64;
  std::vector<int> values(kItems);
  std::iota(values.begin(), values.end(), 1);
  RunBlocks(1, 16, [&](size_t, const EmulatedTeam& team) {
    for (size_t half = kItems / 2; half > 0; half /= 2) {
      lane::ForEach(team, half, [&](size_t i) { values[i] += values[i + half]; });
      team.Sync();
    }
  });
  EXPECT_EQ(values[0], kItems * (kItems + 1) / 2);
}

TEST(BlockEmulator, WhatEndsWhileOthersWaitAtABarrierStopsTheProgram) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "real threads would wait for ever";
#endif
  EXPECT_DEATH(RunBlocks(1, 4,
                         [](size_t, const EmulatedTeam& team) {
                           if (team.rank() > 0) team.Sync();
                         }),
               "some ended while others wait at a barrier");
}

}  // namespace
}  // namespace paceline
