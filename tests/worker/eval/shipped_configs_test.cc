// What every config of configs/ trains is evaluated, whatever its lengths, tasks and optimizer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/config/config.h"
#include "common/estimator/length_bounds.h"
#include "common/lopt/layout.h"
#include "common/suite/own_suite.h"
#include "common/task/facts.h"
#include "tests/testing/shared_data.h"
#include "worker/eval/local_evaluation.h"

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

// The optimizer with its first θ, for three inner steps beside one hand-designed one.
absl::StatusOr<v1::Evaluation> Evaluated(const v1::JobConfig& config) {
  auto suite = OwnSuite(config, {.length = 3, .seeds = 2, .trials = 0});
  if (!suite.ok()) return suite.status();
  suite->add_baselines("adam");
  const std::vector<float> theta = InitialTheta(LayoutOf(config.optimizer()), config.seed());
  const v1::Contestant learned = LearnedContestant(config.name(), config.optimizer(), theta);
  EvaluationPlan plan(*suite, {learned});
  return EvaluateHere(plan, SharedData(),
                      {.thetas = {{learned.theta_digest(), theta}}, .threads = 2});
}

class ShippedConfigTest : public testing::TestWithParam<std::string> {};

TEST_P(ShippedConfigTest, IsEvaluated) {
  const auto config = LoadConfig("configs/" + GetParam() + ".yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_GE(LongestEpisode(*config), 1);
  const auto evaluation = Evaluated(*config);
  if (FactsOf(config->tasks(0)).is_system()) {
    EXPECT_TRUE(absl::IsInvalidArgument(evaluation.status()));
    EXPECT_THAT(std::string(evaluation.status().message()), testing::HasSubstr("dynamical system"));
    return;
  }
  if (absl::IsNotFound(evaluation.status())) {
    GTEST_SKIP() << "NOT TESTED: " << evaluation.status().message() << "; run deploy/setup.sh";
  }
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  ASSERT_EQ(evaluation->entries_size(), 2 * evaluation->cases_size());
  for (const v1::EvaluationEntry& entry : evaluation->entries()) {
    const auto steps = evaluation->cases(static_cast<int>(entry.case_index())).steps();
    ASSERT_EQ(entry.runs_size(), 2);
    for (const v1::RunOutcome& run : entry.runs()) {
      EXPECT_EQ(run.training_size(), static_cast<int>(steps));
      EXPECT_EQ(run.training(0), run.initial_loss());
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
