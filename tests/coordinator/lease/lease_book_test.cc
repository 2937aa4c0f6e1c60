#include "coordinator/lease/lease_book.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr WorkerId kA{1}, kB{2};
constexpr SteadyTime kNow{seconds(1000)};

Lease LeaseOf(WorkerId worker, Lease::Kind kind = Lease::Kind::kWork, uint64_t epoch = 1) {
  return {.worker = worker, .epoch = epoch, .kind = kind, .since = kNow};
}

LeaseBook::WindowSeconds Takes(std::optional<double> seconds) {
  return [seconds](uint32_t) { return seconds; };
}

TEST(LeaseBookTest, CountsWhatEachWorkerOwnsAndIsWaitedFor) {
  LeaseBook book(3);
  book.SetOwner(0, kA);
  book.SetOwner(1, kA);
  book.SetOwner(1, kB);
  book.Grant(0, LeaseOf(kA));
  book.Grant(1, LeaseOf(kB));
  book.Grant(0, LeaseOf(kB, Lease::Kind::kHelp));
  EXPECT_EQ(book.Owned(kA), 1u);
  EXPECT_EQ(book.Owned(kB), 1u);
  EXPECT_EQ(book.WaitedFor(kB), 2u);
  book.Answer(0, kB);
  EXPECT_EQ(book.WaitedFor(kB), 1u);
  EXPECT_THAT(book.EndOthers(0), ElementsAre(kA));
  EXPECT_EQ(book.WaitedFor(kA), 0u);
  EXPECT_EQ(book.place(0).LeaseOf(kA)->state, Lease::State::kEnded);
}

TEST(LeaseBookTest, AWorkerHasOneLeaseOnABlock) {
  LeaseBook book(1);
  book.Grant(0, LeaseOf(kA, Lease::Kind::kWork, 1));
  book.Grant(0, LeaseOf(kA, Lease::Kind::kHelp, 2));
  EXPECT_THAT(book.place(0).leases, SizeIs(1));
  EXPECT_EQ(book.place(0).LeaseOf(kA)->epoch, 2u);
  EXPECT_EQ(book.WaitedFor(kA), 1u);
}

TEST(LeaseBookTest, LateLeasesAreTakenOnceAndMayStillBeAnswered) {
  LeaseBook book(2);
  book.Grant(0, LeaseOf(kA));
  book.Grant(1, {.worker = kB, .work = {.rounds = 3}, .since = kNow});
  EXPECT_THAT(book.TakeLate(kNow + seconds(7), Takes(2.0)), IsEmpty());
  const auto late = book.TakeLate(kNow + seconds(8), Takes(2.0));
  ASSERT_THAT(late, SizeIs(1));
  EXPECT_EQ(late[0].lease.worker, kA);
  EXPECT_EQ(late[0].lease.deadline, kNow + seconds(8));
  EXPECT_THAT(book.TakeLate(kNow + seconds(9), Takes(2.0)), IsEmpty());
  EXPECT_TRUE(book.place(0).LeaseOf(kA)->is_waited_for());
  EXPECT_EQ(book.WaitedFor(kA), 1u);
  EXPECT_EQ(book.Open(kA), 0u);
  EXPECT_EQ(book.Open(kB), 1u);
  EXPECT_THAT(book.TakeLate(kNow + seconds(24), Takes(2.0)), SizeIs(1));
}

TEST(LeaseBookTest, ADeadlineMovesWithWhatIsLearnedOfAnswers) {
  LeaseBook book(1);
  book.Grant(0, LeaseOf(kA));
  EXPECT_THAT(book.TakeLate(kNow + seconds(30), Takes(std::nullopt)), IsEmpty());
  EXPECT_THAT(book.TakeLate(kNow + seconds(30), Takes(10.0)), IsEmpty());
  EXPECT_THAT(book.TakeLate(kNow + seconds(30), Takes(1.0)), SizeIs(1));
}

TEST(LeaseBookTest, OpenLeasesMayBePostponed) {
  LeaseBook book(1);
  book.Grant(0, LeaseOf(kA));
  book.Postpone(seconds(100));
  EXPECT_THAT(book.TakeLate(kNow + seconds(103), Takes(1.0)), IsEmpty());
  EXPECT_THAT(book.TakeLate(kNow + seconds(104), Takes(1.0)), SizeIs(1));
}

TEST(LeaseBookTest, AWorkerThatIsGoneLeavesNothing) {
  LeaseBook book(2);
  book.SetOwner(0, kA);
  book.SetOwner(1, kB);
  book.SetAvoid(1, kA);
  book.Grant(0, LeaseOf(kA));
  book.Grant(1, LeaseOf(kA, Lease::Kind::kCheck));
  EXPECT_THAT(book.Drop(kA), ElementsAre(0));
  EXPECT_EQ(book.Owned(kA) + book.WaitedFor(kA), 0u);
  EXPECT_EQ(book.place(0).owner, std::nullopt);
  EXPECT_EQ(book.place(1).avoid, std::nullopt);
  EXPECT_EQ(book.place(1).owner, kB);
  EXPECT_THAT(book.place(1).leases, IsEmpty());
}

TEST(LeaseBookTest, ANewWindowEndsAllLeasesAndRemembersWhoWasAsked) {
  LeaseBook book(1);
  book.SetOwner(0, kA);
  book.Grant(0, LeaseOf(kA));
  book.NextWindow(0);
  EXPECT_THAT(book.place(0).leases, IsEmpty());
  EXPECT_EQ(book.WaitedFor(kA), 0u);
  EXPECT_EQ(book.Owned(kA), 1u);
  EXPECT_TRUE(book.WasAskedBefore(0, kA));
  EXPECT_FALSE(book.WasAskedBefore(0, kB));
  book.NextWindow(0);
  EXPECT_FALSE(book.WasAskedBefore(0, kA));
}

}  // namespace
}  // namespace paceline
