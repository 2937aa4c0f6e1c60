#include "coordinator/job/event_limit.h"

#include "coordinator/job/set_aside.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

using std::chrono::seconds;

constexpr WorkerId kA{1}, kB{2};

class EventLimitTest : public ::testing::Test {
 protected:
  int Admitted(WorkerId worker, int events) {
    int admitted = 0;
    for (int i = 0; i < events; ++i) admitted += limit_.Admit(worker);
    return admitted;
  }

  FakeClock clock_;
  EventLimit limit_{clock_};
};

TEST_F(EventLimitTest, AWorkerMayCauseAFewEventsAtOnceAndThenOneInTenSeconds) {
  EXPECT_EQ(Admitted(kA, 1000), 10);
  clock_.Advance(seconds(25));
  EXPECT_EQ(Admitted(kA, 1000), 2);
  EXPECT_EQ(Admitted(kB, 1000), 10) << "others are not heard any less";
}

TEST_F(EventLimitTest, AllTogetherMayNotCauseManyEither) {
  int admitted = 0;
  for (uint64_t id = 1; id <= 1000; ++id) admitted += Admitted(WorkerId{id}, 10);
  EXPECT_EQ(admitted, 100);
}

TEST_F(EventLimitTest, WhatWasLeftOutIsCountedOnce) {
  EXPECT_EQ(limit_.TakeSuppressed(), std::nullopt);
  Admitted(kA, 15);
  clock_.Advance(EventLimit::kTellAgain);
  EXPECT_EQ(limit_.TakeSuppressed(), 5u);
  Admitted(kA, 15);
  EXPECT_EQ(limit_.TakeSuppressed(), std::nullopt) << "too early";
  clock_.Advance(EventLimit::kTellAgain);
  EXPECT_EQ(limit_.TakeSuppressed(), 14u);
  EXPECT_EQ(limit_.TakeSuppressed(), std::nullopt);
}

TEST(SetAsideTest, IsByWhoIsHereAndForHowLong) {
  constexpr SteadyTime kNow{seconds(1000)};
  const struct {
    const char* name;
    bool able, next_able;
    seconds absent;
    bool aside;
  } cases[] = {
      {"somebody works on it", true, true, kSetAsideAfter, false},
      {"nobody could work on another", false, false, kSetAsideAfter, false},
      {"not yet", false, true, kSetAsideAfter - seconds(1), false},
      {"long enough", false, true, kSetAsideAfter, true},
  };
  for (const auto& c : cases) {
    const Attendance attendance{
        .able = c.able, .next_able = c.next_able, .absent_since = kNow - c.absent};
    EXPECT_EQ(IsSetAside(attendance, kNow), c.aside) << c.name;
  }
}

}  // namespace
}  // namespace paceline
