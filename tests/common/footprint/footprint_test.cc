#include "common/footprint/footprint.h"

#include "common/config/config.h"
#include "common/footprint/tensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using testing::HasSubstr;

v1::JobConfig Config(const std::vector<std::string>& overrides = {}) {
  auto config = LoadConfig("configs/fashion-mlp.yaml", overrides);
  EXPECT_TRUE(config.ok()) << config.status();
  return *config;
}

TEST(Footprint, ParametersOfATaskFollowFromItsConfig) {
  EXPECT_EQ(ParameterCount(Config().tasks(0)), 2410u);
}

TEST(Footprint, StateByHand) {
  const v1::JobConfig config = Config();
  // 64 x 32; 10 x 32, turned so that 10 is not padded; two vectors.
  EXPECT_EQ(StateFloats(config.optimizer(), config.tasks(0)),
            4u * 2048 + 3 * (64 + 32) + 4 * 320 + 3 * (16 + 32) + 7 * 32 + 7 * 16);
  v1::LearnedOptimizer optimizer;
  optimizer.mutable_mlp_lopt();
  EXPECT_EQ(StateFloats(optimizer, config.tasks(0)), 6u * (2048 + 32 + 320 + 16));
  optimizer.mutable_learnable_adam();
  EXPECT_EQ(StateFloats(optimizer, config.tasks(0)), 2u * 2410);
  optimizer.mutable_learnable_sgd();
  EXPECT_EQ(StateFloats(optimizer, config.tasks(0)), 0u);
}

TEST(Footprint, OfAParticleABlockAndADataSet) {
  const Footprint footprint = FootprintOf(Config());
  EXPECT_EQ(footprint.blocks, 8u);
  EXPECT_NEAR(static_cast<double>(footprint.particle_bytes), 2 * 4 * (2410 + 10248 + 50), 600);
  EXPECT_GT(footprint.block_bytes, 8 * footprint.particle_bytes);
  EXPECT_EQ(footprint.data_bytes, 70000u * 65 * 4);
  EXPECT_EQ(footprint.snapshot_bytes, 8u * (2 * (4 * (2410 + 10240) + 24) + 9));
  EXPECT_EQ(footprint.Total(3, 1) - footprint.Total(2, 1), footprint.block_bytes);
}

TEST(Footprint, TheLargestTaskCountsAndADataSetOnce) {
  v1::JobConfig config = Config();
  const Footprint one = FootprintOf(config);
  *config.add_tasks() = config.tasks(0);
  EXPECT_EQ(FootprintOf(config).data_bytes, one.data_bytes);
  config.mutable_tasks(1)->mutable_image_mlp()->set_hidden(0, 128);
  EXPECT_GT(FootprintOf(config).particle_bytes, 3 * one.particle_bytes);
}

TEST(Footprint, BlocksThatFitAreWhatIsLeftBesideProgramAndData) {
  const Footprint footprint{.particle_bytes = 10,
                            .block_bytes = 100,
                            .thread_bytes = 50,
                            .data_bytes = 300,
                            .program_bytes = 200,
                            .blocks = 7};
  EXPECT_EQ(BlocksThatFit(footprint, 599, 1), 0u);
  EXPECT_EQ(BlocksThatFit(footprint, 650, 1), 1u);
  EXPECT_EQ(BlocksThatFit(footprint, 650, 2), 0u);
  EXPECT_EQ(BlocksThatFit(footprint, 5000, 1), 7u);
  EXPECT_EQ(BlocksThatFit(footprint, 0, 1), 7u) << "unknown";
}

TEST(Footprint, ABlockThatDoesNotFitIsRefusedWithTheLargestThatWould) {
  const v1::JobConfig config = Config({"estimator.particles=4096", "estimator.block=4096"});
  EXPECT_TRUE(CheckFits(config, 2'000'000'000, 1).ok());
  EXPECT_TRUE(CheckFits(config, 0, 1).ok());
  const absl::Status status = CheckFits(config, 300'000'000, 1);
  ASSERT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("one block of 4096 particles takes 419 MB"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("the largest block that would fit is 1024"));
  EXPECT_TRUE(
      CheckFits(Config({"estimator.particles=4096", "estimator.block=1024"}), 300'000'000, 1).ok());
  EXPECT_THAT(std::string(CheckFits(config, 100'000'000, 1).message()),
              HasSubstr("not even one of a single particle"));
}

TEST(Footprint, TheTextNamesParticleBlockAndData) {
  const std::string text = FootprintText(Config());
  EXPECT_THAT(text, HasSubstr("a particle"));
  EXPECT_THAT(text, HasSubstr("a block of 8"));
  EXPECT_THAT(text, HasSubstr("18.2 MB of data"));
}

}  // namespace
}  // namespace paceline
