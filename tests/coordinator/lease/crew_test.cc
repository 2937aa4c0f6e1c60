#include "coordinator/lease/crew.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

constexpr WorkerId kA{1}, kB{2};
constexpr SteadyTime kNow{seconds(1000)};
constexpr seconds kLease{1};

std::vector<Candidate> Both(uint32_t threads = 1, int64_t owned = 3) {
  return {{kA, threads, /*room=*/9, owned}, {kB, threads, 9, owned}};
}
auto MaxBlocks(int64_t count) { return Field(&ScheduleWorker::max_blocks, count); }
auto Threads(uint32_t count) { return Field(&ScheduleWorker::threads, count); }

TEST(CrewTest, WhoWasLateKeepsWhatItHasAndGetsNoMoreForAWhile) {
  Crew crew;
  EXPECT_TRUE(crew.Missed(kA, 5, kNow, kLease));
  EXPECT_FALSE(crew.Missed(kA, 5, kNow, kLease)) << "of one step one lease counts";
  EXPECT_FALSE(crew.IsReliable(kA, kNow));
  EXPECT_THAT(crew.Fit(Both(), kNow), ElementsAre(MaxBlocks(3), MaxBlocks(9)));
  EXPECT_THAT(crew.Fit(Both(), kNow + seconds(8)), ElementsAre(MaxBlocks(9), MaxBlocks(9)));
  EXPECT_TRUE(crew.Missed(kA, 6, kNow, kLease));
  EXPECT_FALSE(crew.IsReliable(kA, kNow + seconds(15))) << "it is benched for longer";
}

TEST(CrewTest, WhereAllWereLateAllGoOn) {
  Crew crew;
  crew.Missed(kA, 5, kNow, kLease);
  crew.Missed(kB, 5, kNow, kLease);
  EXPECT_THAT(crew.Fit(Both(), kNow), ElementsAre(MaxBlocks(9), MaxBlocks(9)));
}

TEST(CrewTest, ThreadsAreBelievedStepByStep) {
  Crew crew;
  crew.Answered(kA);
  crew.EndGoodStep(kA, 0);
  crew.EndGoodStep(kA, 1);
  EXPECT_THAT(crew.Fit(Both(4096), kNow), ElementsAre(Threads(4), Threads(1)));
  crew.Missed(kA, 2, kNow, kLease);
  crew.EndGoodStep(kA, 2);
  EXPECT_THAT(crew.Fit(Both(4096), kNow), ElementsAre(Threads(1), Threads(1)));
}

TEST(CrewTest, WhoFailsInARowOrIsQuarantinedGetsNothing) {
  Crew crew;
  for (int i = 0; i < Crew::kMaxFailures; ++i) crew.Failed(kA);
  EXPECT_TRUE(crew.GaveUpOn(kA));
  EXPECT_TRUE(crew.Refused(kB, Refusal::kOutOfRange));
  EXPECT_FALSE(crew.Refused(kB, Refusal::kOutOfRange)) << "it is news only once";
  EXPECT_THAT(crew.Fit(Both(), kNow), IsEmpty());
  crew.Answered(kA);
  crew.Answered(kB);
  EXPECT_FALSE(crew.GaveUpOn(kA)) << "an accepted answer makes failures forgotten";
  EXPECT_TRUE(crew.GaveUpOn(kB)) << "but not a quarantine";
  EXPECT_EQ(crew.refusals().of(Refusal::kOutOfRange), 2u);
}

}  // namespace
}  // namespace paceline
