#include "coordinator/job/theta_history.h"

#include "common/base/digest.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

class ThetaHistoryTest : public ::testing::Test {
 protected:
  void PushSteps(int64_t first, int64_t last) {
    for (int64_t step = first; step <= last; ++step) {
      const std::vector<float> theta = {static_cast<float>(step), 0.5f};
      history_.Push("j", step, 100 + step, theta);
    }
  }
  ThetaHistory history_;
};

TEST_F(ThetaHistoryTest, GivesAnyRangeThatItHolds) {
  PushSteps(3, 9);
  const auto versions = history_.Range(4, 6);
  ASSERT_TRUE(versions.ok()) << versions.status();
  ASSERT_EQ(versions->size(), 3u);
  for (int i = 0; i < 3; ++i) {
    const v1::Theta& theta = (*versions)[i]->theta();
    EXPECT_EQ(theta.job(), "j");
    EXPECT_EQ(theta.step(), 4 + i);
    EXPECT_EQ(theta.hash(), 104u + i);
    EXPECT_EQ(theta.values(), FloatsToBytes(std::vector<float>{4.0f + i, 0.5f}));
  }
}

TEST_F(ThetaHistoryTest, VersionsThatAreTooOldOrNotThereYetAreOutOfRange) {
  PushSteps(3, 9);
  history_.DropBefore(5);
  EXPECT_TRUE(absl::IsOutOfRange(history_.Range(4, 9).status()));
  EXPECT_TRUE(absl::IsOutOfRange(history_.Range(5, 10).status()));
  EXPECT_TRUE(absl::IsOutOfRange(history_.Range(-1, 5).status()));
  EXPECT_TRUE(history_.Range(5, 9).ok());
}

TEST_F(ThetaHistoryTest, AnEmptyRangeIsInvalid) {
  PushSteps(3, 9);
  EXPECT_TRUE(absl::IsInvalidArgument(history_.Range(6, 5).status()));
}

TEST_F(ThetaHistoryTest, AnEmptyHistoryHasNothing) {
  EXPECT_TRUE(absl::IsOutOfRange(history_.Range(0, 0).status()));
}

TEST_F(ThetaHistoryTest, KeepsTheNewestWhateverIsDropped) {
  PushSteps(3, 9);
  history_.DropBefore(1000);
  EXPECT_EQ(history_.newest()->theta().step(), 9);
}

}  // namespace
}  // namespace paceline
