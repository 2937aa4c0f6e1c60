#include "coordinator/lease/audit.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

int CountOf(uint64_t seed, double rate) {
  int count = 0;
  for (int64_t step = 0; step < 100; ++step) {
    for (uint32_t block = 0; block < 100; ++block) count += IsAudited(seed, step, block, rate);
  }
  return count;
}

TEST(AuditTest, TheRateIsTheShareOfAnswersThatAreChecked) {
  EXPECT_EQ(CountOf(1, 0), 0);
  EXPECT_EQ(CountOf(1, -1), 0);
  EXPECT_EQ(CountOf(1, 1), 10'000);
  EXPECT_NEAR(CountOf(1, 0.1), 1000, 120);
  EXPECT_NEAR(CountOf(1, 0.01), 100, 40);
}

TEST(AuditTest, TheChoiceFollowsFromTheSeedStepAndBlockAlone) {
  int same = 0, by_block = 0, by_step = 0;
  for (uint32_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(IsAudited(7, i, 3, 0.5), IsAudited(7, i, 3, 0.5));
    same += IsAudited(7, i, 3, 0.5) == IsAudited(8, i, 3, 0.5);
    by_block += IsAudited(7, 1, i, 0.5) == IsAudited(7, 1, i + 1, 0.5);
    by_step += IsAudited(7, i, 1, 0.5) == IsAudited(7, i + (int64_t{1} << 32), 1, 0.5);
  }
  EXPECT_NEAR(same, 500, 80);
  EXPECT_NEAR(by_block, 500, 80);
  EXPECT_NEAR(by_step, 500, 80);
}

TEST(AuditTest, WhatIsCheckedAtARateIsCheckedAtAnyHigherOne) {
  for (uint32_t block = 0; block < 1000; ++block) {
    EXPECT_LE(IsAudited(7, 1, block, 0.2), IsAudited(7, 1, block, 0.3));
  }
}

}  // namespace
}  // namespace paceline
