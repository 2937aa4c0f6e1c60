#include "coordinator/service/event_loop.h"

#include <atomic>
#include <latch>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

TEST(EventLoopTest, RunsTasksInOrderOnOneThread) {
  EventLoop loop(std::chrono::hours(1), [] {});
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(loop.Post([&order, i] { order.push_back(i); }));
  }
  loop.Stop();
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST(EventLoopTest, CallGivesBackWhatTheTaskReturns) {
  EventLoop loop(std::chrono::hours(1), [] {});
  const auto value = loop.Call([]() -> absl::StatusOr<int> { return 7; });
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(*value, 7);
  EXPECT_TRUE(absl::IsNotFound(loop.Call([] { return absl::NotFoundError(""); })));
}

TEST(EventLoopTest, NothingIsTakenOnceItStops) {
  EventLoop loop(std::chrono::hours(1), [] {});
  loop.Stop();
  EXPECT_FALSE(loop.Post([] { FAIL(); }));
  EXPECT_TRUE(absl::IsUnavailable(loop.Call([] { return absl::OkStatus(); })));
}

TEST(EventLoopTest, TicksAreDoneAgainAndAgain) {
  std::latch ticks(3);
  EventLoop loop(milliseconds(1), [&] {
    if (!ticks.try_wait()) ticks.count_down();
  });
  ticks.wait();
}

TEST(EventLoopTest, ATickComesBehindWhatWasPostedBeforeItWasDue) {
  std::atomic<int> said = 0;
  int said_at_tick = -1;
  std::latch began(1), posted(1), ticked(1);
  EventLoop loop(milliseconds(20), [&] {
    if (said_at_tick >= 0) return;
    said_at_tick = said;
    ticked.count_down();
  });
  // The loop is busy beyond the time of its tick while messages come in.
  loop.Post([&] {
    began.count_down();
    posted.wait();
  });
  began.wait();
  const auto due = std::chrono::steady_clock::now() + milliseconds(40);
  for (int i = 0; i < 5; ++i) loop.Post([&] { ++said; });
  while (std::chrono::steady_clock::now() < due) std::this_thread::yield();
  posted.count_down();
  ticked.wait();
  loop.Stop();
  EXPECT_EQ(said_at_tick, 5);
}

}  // namespace
}  // namespace paceline
