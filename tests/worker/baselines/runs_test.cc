// Baselines in the engine's runs.
#include <gtest/gtest.h>

#include "tests/testing/baseline_setting.h"
#include "tests/testing/shared_data.h"
#include "worker/baselines/make.h"
#include "worker/engine/inner_runs.h"

namespace paceline {
namespace {

v1::Task SmallQuadratic() {
  v1::Task config;
  config.mutable_quadratic()->set_dimension(7);
  config.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_TARGET);
  return config;
}

// A run of its own, and what its optimizer last left.
struct Followed {
  explicit Followed(const Task& task)
      : runs(MakeFusedRuns(
            MakeBaseline(testing::Setting("schedule_free_adamw"), task.parameters()).value(), task,
            1)) {
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

TEST(BaselineRunsTest, ParametersAreFinishedAndTheRunGoesOnAsItWas) {
  const auto task = MakeTask(SmallQuadratic(), SharedData()).value();
  Followed asked(*task), left_alone(*task);
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

}  // namespace
}  // namespace paceline
