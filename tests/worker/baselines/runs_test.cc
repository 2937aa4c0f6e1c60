// Baselines in the engine's runs.
#include <gtest/gtest.h>

#include "tests/testing/baseline_setting.h"
#include "tests/testing/shared_data.h"
#include "worker/baselines/make.h"
#include "worker/engine/inner_runs.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

v1::Task SmallQuadratic() {
  v1::Task config;
  config.mutable_quadratic()->set_dimension(7);
  config.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_TARGET);
  return config;
}

std::unique_ptr<InnerRuns> OneRun(v1::Engine engine, const v1::Task& config, const Task& task) {
  auto optimizer = MakeBaseline(testing::Setting("schedule_free_adamw"), task.parameters()).value();
  return engine == v1::ENGINE_TORCH ? MakeTorchRuns(std::move(optimizer), config, task, 1).value()
                                    : MakeFusedRuns(std::move(optimizer), task, 1);
}

// A run of its own, and what its optimizer last left.
struct Followed {
  Followed(v1::Engine engine, const v1::Task& config, const Task& task)
      : runs(OneRun(engine, config, task)) {
    EXPECT_TRUE(runs->Start(0, {}, 20).ok());
    EXPECT_TRUE(runs->Observe([this](int, int64_t, std::span<const float> parameters) {
                      trained.assign(parameters.begin(), parameters.end());
                    })
                    .ok());
  }
  void Advance(int64_t steps) {
    std::vector<float> losses(static_cast<size_t>(steps));
    EXPECT_TRUE(runs->Advance(std::vector<RunTheta>(1), steps, losses).ok());
  }

  std::vector<float> trained;
  std::unique_ptr<InnerRuns> runs;
};

class BaselineRunsTest : public ::testing::TestWithParam<v1::Engine> {};

TEST_P(BaselineRunsTest, ParametersAreFinishedAndTheRunGoesOnAsItWas) {
  const v1::Task config = SmallQuadratic();
  const auto task = MakeTask(config, SharedData()).value();
  Followed asked(GetParam(), config, *task), left_alone(GetParam(), config, *task);
  EXPECT_EQ(asked.runs->Parameters(0), left_alone.runs->Parameters(0));
  for (int i = 0; i < 3; ++i) {
    asked.Advance(5);
    left_alone.Advance(5);
    const std::vector<float> finished = asked.runs->Parameters(0);
    EXPECT_EQ(finished, asked.runs->Parameters(0));
    EXPECT_NE(finished, asked.trained);
    EXPECT_EQ(asked.trained, left_alone.trained);
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, BaselineRunsTest,
                         ::testing::Values(v1::ENGINE_FUSED, v1::ENGINE_TORCH));

}  // namespace
}  // namespace paceline
