#include "coordinator/api/event_loop.h"

#include <atomic>
#include <chrono>
#include <latch>
#include <semaphore>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

TEST(EventLoopTest, RunsTasksInOrderOnOneThread) {
  EventLoop loop(Clock::Real(), std::chrono::hours(1), [] {});
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(loop.Post([&order, i] { order.push_back(i); }));
  }
  loop.Stop();
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST(EventLoopTest, CallGivesBackWhatTheTaskReturns) {
  EventLoop loop(Clock::Real(), std::chrono::hours(1), [] {});
  const auto value = loop.Call([]() -> absl::StatusOr<int> { return 7; });
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(*value, 7);
  EXPECT_TRUE(absl::IsNotFound(loop.Call([] { return absl::NotFoundError(""); })));
}

TEST(EventLoopTest, NothingIsTakenOnceItStops) {
  EventLoop loop(Clock::Real(), std::chrono::hours(1), [] {});
  loop.Stop();
  EXPECT_FALSE(loop.Post([] { FAIL(); }));
  EXPECT_TRUE(absl::IsUnavailable(loop.Call([] { return absl::OkStatus(); })));
}

TEST(EventLoopTest, TicksAreDoneAgainAndAgain) {
  std::counting_semaphore ticks(0);
  EventLoop loop(Clock::Real(), milliseconds(1), [&] { ticks.release(); });
  for (int tick = 0; tick < 3; ++tick) EXPECT_TRUE(ticks.try_acquire_for(std::chrono::minutes(1)));
}

TEST(EventLoopTest, ATickIsDueByTheClockAndComesBehindWhatWasPostedBefore) {
  FakeClock clock;
  std::atomic<int> said = 0;
  std::vector<int> said_at_ticks;
  EventLoop loop(clock, milliseconds(20), [&] { said_at_ticks.push_back(said); });
  const auto say = [&] {
    ++said;
    return absl::OkStatus();
  };
  clock.Advance(milliseconds(19));
  ASSERT_TRUE(loop.Call(say).ok());
  // The loop is busy beyond the time of its tick while messages come in.
  std::latch began(1), posted(1);
  loop.Post([&] {
    began.count_down();
    posted.wait();
  });
  began.wait();
  for (int i = 0; i < 5; ++i) loop.Post([&] { ++said; });
  clock.Advance(milliseconds(1));
  posted.count_down();
  ASSERT_TRUE(loop.Call(say).ok());
  ASSERT_TRUE(loop.Call(say).ok());
  loop.Stop();
  ASSERT_EQ(said_at_ticks.size(), 1u) << "once: time stands still again";
  EXPECT_GE(said_at_ticks[0], 6);
}

}  // namespace
}  // namespace paceline
