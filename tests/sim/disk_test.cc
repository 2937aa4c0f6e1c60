// The simulated disk itself.
#include "tests/testing/sim/disk.h"

#include <fcntl.h>
#include <unistd.h>

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "tests/sim/sim_fixture.h"

namespace paceline {
namespace {

class SimDiskTest : public SimFixture {
 protected:
  // A file with "old" in it, durable, is given the content "new!" and not synced; then power goes.
  std::string AfterPowerLoss(uint64_t seed) {
    const std::string folder = NewFolder(), path = folder + "/file";
    Timeline timeline;
    SimTrace trace(timeline);
    Failpoints failpoints;
    SimDisk disk(folder, SimRandom(seed), trace, failpoints);
    disk.Begin({});
    EXPECT_TRUE(WriteFileAtomically(path, "old").ok());
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(pwrite(fd, "new!", 4, 0), 4);
    EXPECT_EQ(ReadFile(path).value_or(""), "new!");
    close(fd);
    disk.TurnOff();
    disk.LosePower();
    return ReadFile(path).value_or("none");
  }
};

TEST_F(SimDiskTest, APowerLossTakesWhatWasNotSyncedOrParts) {
  std::set<std::string> found;
  for (uint64_t seed = 1; seed <= 40; ++seed) found.insert(AfterPowerLoss(seed));
  EXPECT_THAT(found, ::testing::ElementsAre("new!", "old"));
}

TEST_F(SimDiskTest, WhatIsDeadChangesNothing) {
  const std::string folder = NewFolder(), path = folder + "/file";
  Timeline timeline;
  SimTrace trace(timeline);
  Failpoints failpoints;
  SimDisk disk(folder, SimRandom(1), trace, failpoints);
  // Of creation, write, sync, rename and the folder's sync the fourth.
  disk.Begin({.kind = DiskFault::Kind::kBefore, .call = 4});
  EXPECT_FALSE(WriteFileAtomically(path, "text").ok());
  EXPECT_TRUE(disk.off());
  EXPECT_FALSE(ReadFile(path).ok());
  disk.Begin({});
  EXPECT_TRUE(WriteFileAtomically(path, "text").ok());
  EXPECT_EQ(ReadFile(path).value_or(""), "text");
}

TEST_F(SimDiskTest, AFullDiskTakesNoMore) {
  const std::string folder = NewFolder(), path = folder + "/file";
  Timeline timeline;
  SimTrace trace(timeline);
  Failpoints failpoints;
  SimDisk disk(folder, SimRandom(1), trace, failpoints);
  disk.Begin({});
  disk.SetFull(true);
  EXPECT_TRUE(absl::IsResourceExhausted(WriteFileAtomically(path, "text")));
  disk.SetFull(false);
  EXPECT_TRUE(WriteFileAtomically(path, "text").ok());
}

}  // namespace
}  // namespace paceline
