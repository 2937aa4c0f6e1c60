#include "coordinator/store/checkpoint.h"

#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/lopt/layout.h"
#include "common/safetensors/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/testing/samples.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() {
    Use(MlpLoptConfig(4, 2));
    state_.step = 50;
    state_.estimator = {.step = 50, .particle_starts = {48, 50}, .pending_restarts = {true, false}};
    state_.trainer = std::string("\0\1\xff momentum", 12);
  }

  void Use(const v1::LearnedOptimizer& optimizer) {
    *config_.mutable_optimizer() = optimizer;
    state_.theta = InitialTheta(LayoutOf(optimizer), 3);
  }
  CheckpointRow Write() {
    auto row = WriteCheckpoint(folder_.path(), "job", config_, state_);
    EXPECT_TRUE(row.ok()) << row.status();
    return *row;
  }
  std::string StatePath() { return folder_.path() + "/checkpoints/state-000050.safetensors"; }
  void Damage(const std::string& path) {
    auto bytes = ReadFile(path);
    ASSERT_TRUE(bytes.ok());
    bytes->back() ^= 1;
    ASSERT_TRUE(WriteFileAtomically(path, *bytes).ok());
  }

  TemporaryFolder folder_;
  v1::JobConfig config_;
  TrainingState state_;
};

TEST_F(CheckpointTest, ComesBackAsItWas) {
  const CheckpointRow row = Write();
  const auto back = ReadCheckpoint(folder_.path(), config_, row);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->step, 50);
  EXPECT_EQ(back->theta, state_.theta);
  EXPECT_EQ(back->estimator, state_.estimator);
  EXPECT_EQ(back->trainer, state_.trainer);
}

TEST_F(CheckpointTest, OfEveryFamilyComesBack) {
  for (const auto& [name, optimizer] : FamilySamples()) {
    Use(optimizer);
    const auto back = ReadCheckpoint(folder_.path(), config_, Write());
    ASSERT_TRUE(back.ok()) << name << back.status();
    EXPECT_EQ(back->theta, state_.theta) << name;
  }
}

TEST_F(CheckpointTest, ThetaIsLeavesByNameWithTheJobsMetadata) {
  Write();
  const auto file = ReadSafetensors(folder_.path() + "/checkpoints/theta-000050.safetensors");
  ASSERT_TRUE(file.ok()) << file.status();
  const ThetaLayout layout = LayoutOf(config_.optimizer());
  EXPECT_EQ(file->tensors.size(), layout.leaves.size());
  for (const ThetaLeaf& leaf : layout.leaves) {
    ASSERT_TRUE(file->tensors.contains(leaf.path)) << leaf.path;
    EXPECT_EQ(file->tensors.at(leaf.path).shape, leaf.shape);
  }
  EXPECT_EQ(file->metadata.at("job"), "job");
  EXPECT_EQ(file->metadata.at("step"), "50");
  EXPECT_EQ(file->metadata.at("optimizer"), "mlp_lopt");
  EXPECT_EQ(file->metadata.at("digest"), ThetaDigest(state_.theta));
  EXPECT_THAT(file->metadata.at("config"), HasSubstr("mlp_lopt:\n    hidden: 4"));
}

TEST_F(CheckpointTest, DamageInEitherFileIsNamed) {
  const CheckpointRow row = Write();
  Damage(StatePath());
  auto back = ReadCheckpoint(folder_.path(), config_, row);
  EXPECT_TRUE(absl::IsDataLoss(back.status())) << back.status();
  EXPECT_THAT(std::string(back.status().message()), HasSubstr("state-000050.safetensors"));

  Write();
  Damage(ThetaPath(folder_.path(), 50));
  back = ReadCheckpoint(folder_.path(), config_, row);
  EXPECT_TRUE(absl::IsDataLoss(back.status())) << back.status();
  EXPECT_THAT(std::string(back.status().message()), HasSubstr("theta-000050.safetensors"));
}

TEST_F(CheckpointTest, AMissingFileIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(ReadCheckpoint(folder_.path(), config_, {50, "", ""}).status()));
}

TEST_F(CheckpointTest, ACheckpointOfAnotherOptimizerIsRefused) {
  const CheckpointRow row = Write();
  v1::JobConfig other = config_;
  other.mutable_optimizer()->mutable_mlp_lopt()->set_hidden(8);
  const auto back = ReadCheckpoint(folder_.path(), other, row);
  EXPECT_TRUE(absl::IsInvalidArgument(back.status())) << back.status();
}

TEST_F(CheckpointTest, AFolderThatCannotBeMadeIsAnError) {
  ASSERT_TRUE(WriteFileAtomically(folder_.path() + "/file", "x").ok());
  EXPECT_FALSE(WriteCheckpoint(folder_.path() + "/file", "job", config_, state_).ok());
}

}  // namespace
}  // namespace paceline
