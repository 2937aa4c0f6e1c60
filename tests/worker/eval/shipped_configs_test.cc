// Every config of configs/ goes through an evaluation, whatever its lengths, tasks and optimizer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/config/config.h"
#include "common/estimator/lengths.h"
#include "common/lopt/layout.h"
#include "common/task/facts.h"
#include "tests/testing/shared_data.h"
#include "worker/eval/evaluate.h"

namespace paceline {
namespace {

std::vector<std::string> ShippedConfigs() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("configs")) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem());
  }
  std::ranges::sort(names);
  return names;
}

class ShippedConfigTest : public testing::TestWithParam<std::string> {
 protected:
  // Of its first θ, with a tiny budget.
  absl::StatusOr<Evaluation> EvaluateShipped(int64_t length) {
    auto config = LoadConfig("configs/" + GetParam() + ".yaml");
    if (!config.ok()) return config.status();
    TrainedOptimizer trained{.optimizer = config->optimizer(),
                             .theta = InitialTheta(LayoutOf(config->optimizer()), config->seed()),
                             .training = Training{.job = GetParam(), .config = *config}};
    return Evaluate(trained,
                    {.seeds = 2,
                     .tuning = {.settings = 1, .rounds = 0, .seeds = 1},
                     .length = length,
                     .threads = 2},
                    SharedData(), [](const std::string&) {});
  }
};

TEST_P(ShippedConfigTest, IsEvaluated) {
  const auto config = LoadConfig("configs/" + GetParam() + ".yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_GE(LongestEpisode(*config), 1);
  const auto evaluation = EvaluateShipped(3);
  if (FactsOf(config->tasks(0)).is_system()) {
    EXPECT_TRUE(absl::IsInvalidArgument(evaluation.status()));
    EXPECT_THAT(std::string(evaluation.status().message()), testing::HasSubstr("dynamical system"));
    return;
  }
  if (absl::IsNotFound(evaluation.status())) {
    GTEST_SKIP() << "NOT TESTED: " << evaluation.status().message() << "; run deploy/setup.sh";
  }
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  for (const ScenarioResult& result : evaluation->scenarios) {
    for (const OptimizerResult& optimizer : result.optimizers) {
      for (const RunResult& run : optimizer.runs) {
        EXPECT_EQ(run.curve.size(), static_cast<size_t>(result.scenario.steps));
        EXPECT_GT(run.curve.front(), 0) << result.scenario.key << " " << optimizer.key;
      }
    }
  }
}

std::string TestName(const testing::TestParamInfo<std::string>& config) {
  std::string name = config.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Configs, ShippedConfigTest, testing::ValuesIn(ShippedConfigs()), TestName);

}  // namespace
}  // namespace paceline
