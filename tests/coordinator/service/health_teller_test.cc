#include "coordinator/service/health_teller.h"

#include <atomic>

#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

TEST(HealthTellerTest, ALoopThatIsStuckIsToldThoughItSaysNothing) {
  FakeClock clock;
  HealthBoard board(clock);
  std::atomic<int> ready = -1, told = 0;
  const HealthTeller teller(board, [&](bool is_ready) {
    ready = is_ready ? 1 : 0;
    ++told;
  });
  EXPECT_TRUE(WaitUntil([&] { return ready == 0; })) << "the coordinator is starting";
  board.Beat("", "");
  EXPECT_TRUE(WaitUntil([&] { return ready == 1; }));
  clock.Advance(2 * kLoopPatience);
  EXPECT_TRUE(WaitUntil([&] { return ready == 0; })) << "the loop is stuck";
  board.Beat("waits for room on the disk", "");
  EXPECT_TRUE(WaitUntil([&] { return ready == 1; })) << "who waits for room answers requests";
  board.SayStopping();
  EXPECT_TRUE(WaitUntil([&] { return ready == 0; }));
  EXPECT_EQ(told, 5) << "only what has changed";
}

}  // namespace
}  // namespace paceline
