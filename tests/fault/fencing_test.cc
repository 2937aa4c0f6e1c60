// Two coordinators and one data folder.
#include <csignal>
#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_cluster.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class FencingTest : public ::testing::Test {
 protected:
  FaultCluster cluster_{150};
};

TEST_F(FencingTest, TheSecondIsRefusedAndTheFirstGoesOn) {
  ASSERT_TRUE(cluster_.StartCoordinator());
  ASSERT_GE(cluster_.Run(5).step(), 5);
  const Finished second =
      RunProgram("paceline-coordinator", {"--data", cluster_.data(), "--listen", "127.0.0.1:0"});
  EXPECT_EQ(second.status, 3);
  EXPECT_THAT(second.err, HasSubstr("another coordinator is working in this folder"));
  EXPECT_EQ(cluster_.Run().state(), v1::JOB_STATE_SUCCEEDED);
}

// As on a network's file system that forgot the lock.
TEST_F(FencingTest, WhoHasLostItsLockToAnotherEndsWithWords) {
  ASSERT_TRUE(cluster_.StartCoordinator());
  ASSERT_GE(cluster_.Run(5).step(), 5);
  std::filesystem::remove(cluster_.data() + "/lock");
  Process second("paceline-coordinator", {"--data", cluster_.data(), "--listen", "127.0.0.1:0"});
  ASSERT_TRUE(second.WaitForOutput("ready on")) << second.output();
  EXPECT_EQ(cluster_.coordinator().Wait(), 4);
  EXPECT_THAT(cluster_.coordinator().standard_error(),
              HasSubstr("another coordinator has taken this data folder over"));
  EXPECT_TRUE(second.running());
  second.Signal(SIGTERM);
  EXPECT_EQ(second.Wait(), 0) << second.output();
}

}  // namespace
}  // namespace paceline
