#include "coordinator/job/disk_room.h"

#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;

TEST(DiskRoomTest, OnlyAFullDiskIsWaitedFor) {
  const struct {
    absl::Status status;
    bool waits;
  } cases[] = {{absl::ResourceExhaustedError("full"), true},
               {absl::InternalError("no sync"), false},
               {absl::DataLossError("damaged"), false},
               {absl::PermissionDeniedError("read-only"), false},
               {absl::FailedPreconditionError("taken over"), false},
               {absl::UnavailableError("busy"), false}};
  for (const auto& c : cases) {
    DiskRoom room;
    EXPECT_EQ(room.Refused(c.status, SteadyTime{}), c.waits) << c.status;
    EXPECT_EQ(room.waits(), c.waits) << c.status;
    EXPECT_EQ(room.MayTry(SteadyTime{}), !c.waits) << c.status;
  }
}

TEST(DiskRoomTest, TriesOnceAnIntervalUntilItGoesThrough) {
  FakeClock clock;
  DiskRoom room;
  EXPECT_FALSE(room.Granted(clock.Now())) << "nothing was waited for";
  ASSERT_TRUE(room.Refused(absl::ResourceExhaustedError("the disk is full"), clock.Now()));
  EXPECT_EQ(room.message(), "waits for room on the disk: the disk is full");
  clock.Advance(milliseconds(999));
  EXPECT_FALSE(room.MayTry(clock.Now()));
  clock.Advance(milliseconds(1));
  EXPECT_TRUE(room.MayTry(clock.Now()));
  ASSERT_TRUE(room.Refused(absl::ResourceExhaustedError("still full"), clock.Now()));
  EXPECT_FALSE(room.MayTry(clock.Now()));
  clock.Advance(milliseconds(2500));
  EXPECT_EQ(room.Granted(clock.Now()), milliseconds(3500));
  EXPECT_EQ(room.message(), "");
  EXPECT_TRUE(room.MayTry(clock.Now()));
}

}  // namespace
}  // namespace paceline
