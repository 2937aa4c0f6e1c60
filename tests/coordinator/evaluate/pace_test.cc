#include "coordinator/evaluate/pace.h"

#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

using std::chrono::seconds;

TEST(PaceTest, IsNothingBeforeTheFirstUnit) {
  FakeClock clock;
  Pace pace;
  pace.Start(clock.Now());
  clock.Advance(seconds(10));
  EXPECT_EQ(pace.units_per_second(clock.Now()), 0);
  EXPECT_EQ(pace.work_per_second(clock.Now()), 0);
}

TEST(PaceTest, CountsFromTheFirstAsking) {
  FakeClock clock;
  Pace pace;
  pace.Start(clock.Now());
  for (int i = 0; i < 5; ++i) {
    clock.Advance(seconds(2));
    pace.Start(clock.Now());
    pace.Add(clock.Now(), 10);
  }
  EXPECT_DOUBLE_EQ(pace.units_per_second(clock.Now()), 0.5);
  EXPECT_DOUBLE_EQ(pace.work_per_second(clock.Now()), 5);
}

TEST(PaceTest, ForgetsWhatIsLongAgo) {
  FakeClock clock;
  Pace pace;
  pace.Start(clock.Now());
  for (int i = 0; i < 1000; ++i) pace.Add(clock.Now(), 100);
  for (int i = 0; i < 600; ++i) {
    clock.Advance(seconds(1));
    pace.Add(clock.Now(), 3);
  }
  EXPECT_NEAR(pace.units_per_second(clock.Now()), 1, 0.02);
  EXPECT_NEAR(pace.work_per_second(clock.Now()), 3, 0.06);
}

}  // namespace
}  // namespace paceline
