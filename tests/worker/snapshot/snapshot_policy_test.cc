#include "worker/snapshot/snapshot_policy.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {

void PrintTo(const SnapshotName& name, std::ostream* out) { *out << FileName(name); }

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct DueCase {
  const char* what;
  BlockPlace place;
  bool worth, due;  // due: with a snapshot every 4 windows
};

TEST(SnapshotPolicy, ASnapshotIsDueWhenAsManyWindowsAreInNone) {
  for (const DueCase& c : std::vector<DueCase>{
           {"an episode begins", {8, 8, -1}, false, false},
           {"one window into it", {9, 8, -1}, true, false},
           {"three", {11, 8, -1}, true, false},
           {"four", {12, 8, -1}, true, true},
           {"more, since the disk was full", {30, 8, -1}, true, true},
           {"just saved", {12, 8, 12}, false, false},
           {"three since the last", {15, 8, 12}, true, false},
           {"four since the last", {16, 8, 12}, true, true},
           {"the last is of an earlier episode", {12, 8, 6}, true, true},
           {"the last is of an earlier episode, one window ago", {9, 8, 6}, true, false},
           {"the last is where this episode began", {12, 8, 8}, true, true},
           {"the block went back behind its last", {13, 8, 20}, true, true},
           {"the first episode", {4, 0, -1}, true, true},
       }) {
    EXPECT_EQ(IsWorthSaving(c.place), c.worth) << c.what;
    EXPECT_EQ(IsSnapshotDue(c.place, 4), c.due) << c.what;
  }
}

// So the windows that are run again are never more than `every`, wherever a worker dies.
TEST(SnapshotPolicy, NoBlockIsEverFurtherFromASnapshotThanThat) {
  for (const int64_t every : {1, 2, 3, 7, 100}) {
    int64_t saved = -1, episode = 0;
    for (int64_t next = 1; next < 200; ++next) {
      if (next % 13 == 0) episode = next;
      const int64_t from = saved > episode ? saved : episode;
      EXPECT_LE(next - from, every) << next;
      if (IsSnapshotDue({next, episode, saved}, every)) saved = next;
    }
  }
}

const std::vector<SnapshotName> kThere = {{0, 12, 1}, {1, 12, 1}, {1, 20, 2}, {1, 16, 3},
                                          {1, 20, 4}, {1, 8, 5},  {1, 24, 6}, {2, 20, 7}};

TEST(SnapshotPolicy, TheNewestOfTheEpisodeIsReadFirst) {
  EXPECT_THAT(WorthReading(kThere, {.block = 1, .step = 22, .episode_start = 8, .held_step = -1}),
              ElementsAre(SnapshotName{1, 20, 2}, SnapshotName{1, 20, 4}, SnapshotName{1, 16, 3},
                          SnapshotName{1, 12, 1}));
  EXPECT_THAT(WorthReading(kThere, {.block = 1, .step = 20, .episode_start = 16, .held_step = -1}),
              ElementsAre(SnapshotName{1, 20, 2}, SnapshotName{1, 20, 4}))
      << "at its very step";
}

TEST(SnapshotPolicy, NoneIsReadThatSparesNothing) {
  EXPECT_THAT(WorthReading(kThere, {.block = 1, .step = 22, .episode_start = 8, .held_step = 16}),
              ElementsAre(SnapshotName{1, 20, 2}, SnapshotName{1, 20, 4}));
  EXPECT_THAT(WorthReading(kThere, {.block = 1, .step = 22, .episode_start = 8, .held_step = 20}),
              IsEmpty());
  EXPECT_THAT(WorthReading(kThere, {.block = 1, .step = 13, .episode_start = 9, .held_step = 30}),
              ElementsAre(SnapshotName{1, 12, 1}))
      << "what is held is too far";
  EXPECT_THAT(WorthReading(kThere, {.block = 1, .step = 22, .episode_start = 20, .held_step = -1}),
              IsEmpty())
      << "of earlier episodes";
  EXPECT_THAT(WorthReading(kThere, {.block = 7, .step = 22, .episode_start = 8, .held_step = -1}),
              IsEmpty());
}

TEST(SnapshotPolicy, TheTwoNewestOfABlockStay) {
  EXPECT_THAT(Superseded(kThere, {1, 20, 2}),
              UnorderedElementsAre(SnapshotName{1, 12, 1}, SnapshotName{1, 8, 5}))
      << "another worker's newer one stays too";
  EXPECT_THAT(Superseded(kThere, {1, 12, 1}), IsEmpty()) << "of the first two";
  EXPECT_THAT(Superseded(kThere, {0, 12, 1}), IsEmpty());
  EXPECT_THAT(
      Superseded(kThere, {1, 24, 6}),
      UnorderedElementsAre(SnapshotName{1, 12, 1}, SnapshotName{1, 8, 5}, SnapshotName{1, 16, 3}));
}

TEST(SnapshotPolicy, WhatNobodyTouchedForTwoWeeksIsLeftBehind) {
  EXPECT_FALSE(IsLeftBehind(std::chrono::hours(24 * 14)));
  EXPECT_TRUE(IsLeftBehind(std::chrono::hours(24 * 14 + 1)));
  EXPECT_FALSE(IsLeftBehind(std::chrono::seconds(-5)))
      << "written by a machine whose clock is ahead";
}

}  // namespace
}  // namespace paceline
