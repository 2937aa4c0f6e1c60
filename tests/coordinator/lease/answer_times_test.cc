#include "coordinator/lease/answer_times.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

constexpr WorkerId kA{1}, kB{2}, kC{3};

TEST(AnswerTimesTest, ThereIsNoTimeBeforeTheFirstAnswer) {
  EXPECT_EQ(AnswerTimes().Typical(), std::nullopt);
}

TEST(AnswerTimesTest, HalfOfTheWorkersMayBeAsSlowAsTheyLike) {
  AnswerTimes times;
  times.Add(kA, 1, true);
  times.Add(kB, 1000, true);
  EXPECT_EQ(times.Typical(), 1);
  times.Add(kC, 2, true);
  EXPECT_EQ(times.Typical(), 2);
}

TEST(AnswerTimesTest, TheLongestOfAWorkersNewestAnswersCounts) {
  AnswerTimes times;
  times.Add(kA, 9, true);
  for (int i = 1; i < AnswerTimes::kKept; ++i) times.Add(kA, 1, true);
  EXPECT_EQ(times.Typical(), 9);
  times.Add(kA, 1, true);
  EXPECT_EQ(times.Typical(), 1);
}

TEST(AnswerTimesTest, SettingUpCountsOnlyUntilThereIsBetter) {
  AnswerTimes times;
  times.Add(kA, 30, false);
  times.Add(kA, 31, false);
  EXPECT_EQ(times.Typical(), 31);
  times.Add(kA, 2, true);
  times.Add(kA, 40, false);
  EXPECT_EQ(times.Typical(), 2);
}

TEST(AnswerTimesTest, WhatWasKnownStaysWhenAllAreGone) {
  AnswerTimes times;
  times.Add(kA, 3, true);
  times.Add(kB, 5, true);
  times.Forget(kA);
  times.Forget(kB);
  EXPECT_EQ(times.Typical(), 5);
}

TEST(WindowSeconds, OfATaskThatNobodyHasRunAreThoseOfTheSlowest) {
  const std::vector<std::optional<double>> typical = {0.5, std::nullopt, 2.0, 1.0};
  EXPECT_EQ(WindowSeconds(typical, 0), 0.5);
  EXPECT_EQ(WindowSeconds(typical, 1), 2.0);
  EXPECT_EQ(WindowSeconds(typical, 7), 2.0);
  EXPECT_EQ(WindowSeconds({{std::nullopt}}, 0), std::nullopt);
  EXPECT_EQ(WindowSeconds({}, 0), std::nullopt);
}

}  // namespace
}  // namespace paceline
