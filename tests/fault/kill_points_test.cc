// The coordinator is killed at every write, sync and rename of a job, and started again: nothing
// that it acknowledged is lost, and θ is that of a job that nothing disturbed.
//
// All of them with PACELINE_LONG_TESTS set; else so many, spread over them.
#include <algorithm>
#include <cstdlib>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_cluster.h"

namespace paceline {
namespace {

constexpr int kSteps = 20;
constexpr int kPoints = 24;

int Stride(int calls) {
  return std::getenv("PACELINE_LONG_TESTS") ? 1 : std::max(1, calls / kPoints);
}

class KillPointsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    digest_ = cluster_.Undisturbed(&calls_);
    ASSERT_EQ(digest_.size(), 64u);
    // Syncs of database and anchor in each outer step, at the least.
    ASSERT_GT(calls_, 4 * kSteps);
  }

  // What the coordinator had acknowledged when it ended. `always`: the fault comes before the job's
  // end, and ends the coordinator.
  int64_t RunUntilTheFault(const std::string& fault, bool always = false) {
    cluster_.NewFolder();
    if (cluster_.StartCoordinator(cluster_.Fault(fault))) cluster_.Run();
    if (!always) cluster_.coordinator().Signal(SIGTERM);
    ended_ = cluster_.coordinator().Wait();
    return cluster_.Acknowledged();
  }
  void ExpectTheSameInTheEnd(int64_t acknowledged) {
    ASSERT_TRUE(cluster_.StartCoordinator()) << cluster_.coordinator().output();
    EXPECT_THAT(cluster_.coordinator().output(),
                ::testing::Not(::testing::HasSubstr("computed again")));
    const v1::JobSummary summary = cluster_.Run();
    EXPECT_GE(cluster_.first_step(), acknowledged);
    EXPECT_EQ(summary.state(), v1::JOB_STATE_SUCCEEDED) << summary.DebugString();
    EXPECT_EQ(cluster_.Digest(), digest_);
  }

  FaultCluster cluster_{kSteps};
  std::string digest_;
  int calls_ = 0;
  int ended_ = 0;
};

TEST_F(KillPointsTest, KilledBeforeAnyCall) {
  int killed = 0;
  for (int call = 1; call <= calls_; call += Stride(calls_)) {
    SCOPED_TRACE(fmt::format("before call {} of {}", call, calls_));
    const int64_t acknowledged = RunUntilTheFault(fmt::format("kill:{}", call));
    killed += ended_ == 128 + SIGKILL;
    ExpectTheSameInTheEnd(acknowledged);
    if (HasFailure()) return;
  }
  std::printf("%d kills at %d calls\n", killed, calls_);
  EXPECT_GE(killed, calls_ / Stride(calls_) * 9 / 10);
}

TEST_F(KillPointsTest, KilledInTheMiddleOfAnyWrite) {
  for (int call = 2; call <= calls_; call += 3 * Stride(calls_)) {
    SCOPED_TRACE(fmt::format("in call {} of {}", call, calls_));
    ExpectTheSameInTheEnd(RunUntilTheFault(fmt::format("torn:{}", call)));
    if (HasFailure()) return;
  }
}

TEST_F(KillPointsTest, ASyncThatFailsEndsTheCoordinatorWithWordsAndLosesNothing) {
  const int stride = Stride(calls_) == 1 ? 1 : 9;
  for (int sync = 1; sync <= 2 * kSteps; sync += stride) {
    SCOPED_TRACE(fmt::format("from sync {} on", sync));
    const int64_t acknowledged = RunUntilTheFault(fmt::format("sync:{}", sync), true);
    EXPECT_THAT(ended_, ::testing::AnyOf(3, 4)) << cluster_.coordinator().output();
    EXPECT_THAT(cluster_.coordinator().standard_error(),
                ::testing::AnyOf(::testing::HasSubstr("coordinator.db"),
                                 ::testing::HasSubstr("Input/output error"),
                                 ::testing::HasSubstr("access.db: disk I/O error")));
    ExpectTheSameInTheEnd(acknowledged);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace paceline
