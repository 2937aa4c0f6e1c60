// A store that has lost something while its coordinator was dead.
#include <csignal>
#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_cluster.h"
#include "tests/testing/store_files.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class LostStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int calls = 0;
    digest_ = cluster_.Undisturbed(&calls);
    cluster_.NewFolder();
    ASSERT_TRUE(cluster_.StartCoordinator());
    ASSERT_GE(cluster_.Run(20).step(), 20);
    cluster_.coordinator().Signal(SIGKILL);
    ASSERT_EQ(cluster_.coordinator().Wait(), 128 + SIGKILL);
    ASSERT_GE(cluster_.Acknowledged(), 20);
  }
  std::string Database() const { return cluster_.data() + "/coordinator.db"; }
  Finished Refused() {
    return RunProgram("paceline-coordinator",
                      {"--data", cluster_.data(), "--listen", "127.0.0.1:0"});
  }

  FaultCluster cluster_{100};
  std::string digest_;
};

TEST_F(LostStoreTest, AFlippedBitInTheMiddleOfTheLogIsToldAndTheSameThetaComesOut) {
  const std::string log = Database() + "-wal";
  FlipBit(log, 8 * std::filesystem::file_size(log) / 2);
  ASSERT_TRUE(cluster_.StartCoordinator()) << cluster_.coordinator().output();
  EXPECT_THAT(cluster_.coordinator().standard_error(),
              HasSubstr("were acknowledged; they are computed again"));
  EXPECT_EQ(cluster_.Run().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(cluster_.Digest(), digest_);
  EXPECT_TRUE(std::filesystem::exists(log + "-before-recovery"));
}

TEST_F(LostStoreTest, AnEmptiedDatabaseIsRefusedWithWordsAndAWayOn) {
  for (const char* file : {"", "-wal", "-shm"}) std::filesystem::remove(Database() + file);
  const Finished refused = Refused();
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.err, HasSubstr("job faulty with "));
  EXPECT_THAT(refused.err, HasSubstr("is missing"));
  EXPECT_THAT(refused.err, HasSubstr("--accept-loss"));
  Process accepted("paceline-coordinator",
                   {"--data", cluster_.data(), "--listen", "127.0.0.1:0", "--accept-loss"});
  EXPECT_TRUE(accepted.WaitForOutput("ready on")) << accepted.output();
  EXPECT_THAT(accepted.output(), HasSubstr("given up"));
  accepted.Signal(SIGTERM);
  EXPECT_EQ(accepted.Wait(), 0);
  EXPECT_TRUE(cluster_.StartCoordinator()) << cluster_.coordinator().output();
  EXPECT_EQ(cluster_.Run().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(cluster_.Digest(), digest_);
}

}  // namespace
}  // namespace paceline
