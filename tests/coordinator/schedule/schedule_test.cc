#include "coordinator/schedule/schedule.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr WorkerId kA{1};
constexpr WorkerId kB{2};
constexpr WorkerId kC{3};

// In mid-episode, far from both ends, so that only what is said of a block moves it.
ScheduleBlock Held(WorkerId owner, int64_t windows_done = 100, int64_t windows_left = 2) {
  return {.owner = owner,
          .open = true,
          .windows_done = windows_done,
          .windows_left = windows_left,
          .avoid = std::nullopt};
}

ScheduleBlock Unowned() {
  return {.owner = std::nullopt,
          .open = true,
          .windows_done = 100,
          .windows_left = 2,
          .avoid = std::nullopt};
}

TEST(ScheduleTest, WithoutWorkersNothingMoves) {
  EXPECT_THAT(PlanMoves({.workers = {}, .blocks = {Unowned(), Held(kA)}}), IsEmpty());
}

TEST(ScheduleTest, UnownedBlocksAreDealtByBlocksPerThread) {
  const ScheduleSnapshot snapshot{.workers = {{kA, 1}, {kB, 2}},
                                  .blocks = {Unowned(), Unowned(), Unowned()}};
  EXPECT_THAT(PlanMoves(snapshot),
              ElementsAre(BlockMove{0, kB}, BlockMove{1, kA}, BlockMove{2, kB}));
}

TEST(ScheduleTest, BlocksStayWithTheWorkerThatHoldsTheirState) {
  const ScheduleSnapshot snapshot{.workers = {{kA, 1}, {kB, 1}},
                                  .blocks = {Held(kA), Held(kA), Held(kA), Held(kB)}};
  EXPECT_THAT(PlanMoves(snapshot), IsEmpty());
}

TEST(ScheduleTest, BlocksOfAWorkerThatIsGoneGoToTheLeastLoaded) {
  const ScheduleSnapshot snapshot{.workers = {{kB, 1}, {kC, 1}},
                                  .blocks = {Held(kA), Held(kB), Held(kB), Held(kC)}};
  EXPECT_THAT(PlanMoves(snapshot), ElementsAre(BlockMove{0, kC}));
}

TEST(ScheduleTest, ABlockAtItsEpisodesBeginningMovesToEvenOutTheLoad) {
  const ScheduleSnapshot snapshot{.workers = {{kA, 1}, {kB, 1}},
                                  .blocks = {Held(kA), Held(kA, 0), Held(kA), Held(kB)}};
  EXPECT_THAT(PlanMoves(snapshot), ElementsAre(BlockMove{1, kB}));
}

TEST(ScheduleTest, ABlockWhoseWindowIsUnderWayDoesNotMove) {
  ScheduleBlock under_way = Held(kA, 0);
  under_way.open = false;
  const ScheduleSnapshot snapshot{.workers = {{kA, 1}, {kB, 1}},
                                  .blocks = {under_way, under_way, under_way}};
  EXPECT_THAT(PlanMoves(snapshot), IsEmpty());
}

TEST(ScheduleTest, NothingMovesForADifferenceOfOne) {
  const ScheduleSnapshot snapshot{
      .workers = {{kA, 1}, {kB, 1}},
      .blocks = {Held(kA, 0), Held(kA, 0), Held(kA, 0), Held(kB, 0), Held(kB, 0)}};
  EXPECT_THAT(PlanMoves(snapshot), IsEmpty());
}

TEST(ScheduleTest, AnIdleWorkerTakesTheBlockThatIsCheapestToMakeAgain) {
  const ScheduleSnapshot snapshot{.workers = {{kA, 1}, {kB, 1}},
                                  .blocks = {Held(kA, 9, 50), Held(kA, 3, 50), Held(kA, 7, 50)}};
  EXPECT_THAT(PlanMoves(snapshot), ElementsAre(BlockMove{1, kB}));
}

TEST(ScheduleTest, AnIdleWorkerWaitsWhereMakingABlockAgainTakesLonger) {
  const ScheduleSnapshot snapshot{.workers = {{kA, 1}, {kB, 1}},
                                  .blocks = {Held(kA, 60, 4), Held(kA, 40, 9), Held(kA, 50, 8)}};
  EXPECT_THAT(PlanMoves(snapshot), IsEmpty());
}

TEST(ScheduleTest, AnOnlyBlockStaysWhereItIs) {
  EXPECT_THAT(PlanMoves({.workers = {{kA, 1}, {kB, 1}}, .blocks = {Held(kA, 0)}}), IsEmpty());
}

TEST(ScheduleTest, ABlockAvoidsTheWorkerThatFailedOnIt) {
  ScheduleBlock failed = Unowned();
  failed.avoid = kA;
  EXPECT_THAT(PlanMoves({.workers = {{kA, 8}, {kB, 1}}, .blocks = {failed, Held(kB), Held(kB)}}),
              ElementsAre(BlockMove{0, kB}));
  EXPECT_THAT(PlanMoves({.workers = {{kA, 8}}, .blocks = {failed}}), ElementsAre(BlockMove{0, kA}));
}

TEST(ScheduleTest, NoWorkerIsGivenMoreBlocksThanItsMemoryHolds) {
  const ScheduleSnapshot snapshot{.workers = {{kA, 4, 1}, {kB, 1}},
                                  .blocks = {Unowned(), Unowned(), Unowned()}};
  EXPECT_THAT(PlanMoves(snapshot),
              ElementsAre(BlockMove{0, kA}, BlockMove{1, kB}, BlockMove{2, kB}));
}

TEST(ScheduleTest, BlocksThatFitNowhereWait) {
  const ScheduleSnapshot snapshot{.workers = {{kA, 1, 1}},
                                  .blocks = {Unowned(), Unowned(), Held(kA)}};
  EXPECT_THAT(PlanMoves(snapshot), IsEmpty());
}

TEST(ScheduleTest, AFullWorkerTakesNoBlockToEvenOutLoad) {
  ScheduleBlock fresh = Held(kA, 0);
  const ScheduleSnapshot snapshot{.workers = {{kA, 1}, {kB, 1, 1}},
                                  .blocks = {fresh, fresh, fresh, Held(kB)}};
  EXPECT_THAT(PlanMoves(snapshot), IsEmpty());
}

TEST(ScheduleTest, AFailedBlockGoesBackWhereNobodyElseHasRoom) {
  ScheduleBlock failed = Unowned();
  failed.avoid = kA;
  const ScheduleSnapshot snapshot{.workers = {{kA, 1}, {kB, 1, 1}}, .blocks = {Held(kB), failed}};
  EXPECT_THAT(PlanMoves(snapshot), ElementsAre(BlockMove{1, kA}));
}

}  // namespace
}  // namespace paceline
