#include "common/config/task_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/config/config.h"
#include "common/task/facts.h"

namespace paceline {
namespace {

using testing::AllOf;
using testing::DoubleNear;
using testing::Gt;
using testing::HasSubstr;
using testing::Lt;

v1::JobConfig ConfigOf(const std::string& tasks) {
  ParsedConfig parsed = ParseConfig(
      "name: shared\nseed: 3\noptimizer: {adafac_mlp: {}}\nepisode: {constant: {steps: 20}}\n"
      "estimator: {nres: {window: 10}, particles: 4, block: 2}\n"
      "outer: {steps: 2, optimizer: {adam: {learning_rate: 0.01}}}\ntasks: " +
          tasks,
      "shared.yaml");
  EXPECT_TRUE(parsed.faults.empty());
  return parsed.config;
}

// Three tasks, the dearest of which costs some four times the cheapest.
constexpr char kThree[] =
    "[{image_mlp: {hidden: [16]}}, {image_mlp: {hidden: [32]}},"
    " {image_mlp: {hidden: [64]}, weight: 2}]\n";

TEST(ResolveShares, SharesComputingOutByWeight) {
  const v1::JobConfig config = ConfigOf(std::string(kThree) + "shares: compute\n");
  EXPECT_EQ(config.shares(), v1::TASK_SHARES_EPISODES) << "resolved";
  const auto shares = TaskSharesOf(config);
  ASSERT_EQ(shares.size(), 3u);
  EXPECT_THAT(shares[0].computing, DoubleNear(0.25, 1e-3));
  EXPECT_THAT(shares[1].computing, DoubleNear(0.25, 1e-3));
  EXPECT_THAT(shares[2].computing, DoubleNear(0.5, 1e-3));
  EXPECT_GT(shares[0].episodes, shares[1].episodes);
}
TEST(ResolveShares, LeavesEpisodesAsTheyAre) {
  const v1::JobConfig config = ConfigOf(kThree);
  EXPECT_EQ(config.tasks(0).weight(), 1);
  EXPECT_EQ(config.tasks(2).weight(), 2);
  const auto shares = TaskSharesOf(config);
  EXPECT_DOUBLE_EQ(shares[2].episodes, 0.5);
  EXPECT_THAT(shares[2].computing, AllOf(Gt(0.6), Lt(1)));
}
TEST(ResolveShares, LetsNoTaskDrownTheOthers) {
  // A hundred thousand times as dear as the first.
  const v1::JobConfig config = ConfigOf(
      "[{quadratic: {dimension: 2}}, {image_mlp: {hidden: [512, 512], batch: 512}}]\n"
      "shares: compute\n");
  EXPECT_DOUBLE_EQ(config.tasks(0).weight(), 4);
  EXPECT_DOUBLE_EQ(config.tasks(1).weight(), 0.25);
}
TEST(ResolveShares, MeasuresASampleByItsDraws) {
  const v1::JobConfig config = ConfigOf(
      "[{sample: {image_mlp: {width: [8, 9], layers: [1, 1], size: [8, 8], batch: [16, 16]}}},"
      " {image_mlp: {hidden: [8], batch: 16}}]\nshares: compute\n");
  const auto shares = TaskSharesOf(config);
  // One draw is the other task but for its activation.
  EXPECT_THAT(shares[0].computing, DoubleNear(0.5, 0.05));
}
TEST(ResolveShares, LeavesATaskOfUnknownCostItsWeight) {
  v1::JobConfig config = ConfigOf(kThree);
  v1::Task& own = *config.add_tasks();
  own.mutable_own()->set_name("spring");
  own.set_weight(3);
  config.set_shares(v1::TASK_SHARES_COMPUTE);
  ResolveShares(config);
  EXPECT_EQ(config.tasks(3).weight(), 3);
  EXPECT_EQ(TaskSharesOf(config)[3].computing, 0);
}
TEST(ResolveShares, IsDoneOnce) {
  const v1::JobConfig config = ConfigOf(std::string(kThree) + "shares: compute\n");
  v1::JobConfig again = config;
  ResolveShares(again);
  EXPECT_EQ(again.SerializeAsString(), config.SerializeAsString());
  EXPECT_THAT(PrintConfig(config), HasSubstr("shares: episodes"));
}
TEST(TaskSharesText, HasALineForEveryTaskOfSeveral) {
  const auto text = [](const std::string& tasks) {
    return TaskSharesText(TaskSharesOf(ConfigOf(tasks)));
  };
  EXPECT_THAT(text("[{image_mlp: {hidden: [8]}}, {sample: {vit: {}}}]\n"),
              AllOf(HasSubstr("0     image_mlp              50.0 %"),
                    HasSubstr("1     sample of vit tasks    50.0 %")));
  EXPECT_EQ(text("[{image_mlp: {hidden: [8]}}]\n"), "");
}

}  // namespace
}  // namespace paceline
