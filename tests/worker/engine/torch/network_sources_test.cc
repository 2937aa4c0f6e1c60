// Losses, gradients and scores of networks by the fused tier, as tasks ask for them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/testing/shared_data.h"
#include "tests/testing/small_networks.h"
#include "worker/engine/gradient_source.h"
#include "worker/engine/score_source.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

constexpr RunSeed kSeed = {.key = 5, .particle = 2, .episode = 7};

std::unique_ptr<Task> MakeIt(const v1::Task& config) {
  auto task = MakeTask(config, SharedData());
  EXPECT_TRUE(task.ok()) << task.status();
  return *std::move(task);
}

std::vector<float> Initial(const Task& task, float factor = 1) {
  std::vector<float> parameters(task.parameter_count());
  task.SampleInitial(kSeed, parameters);
  for (float& parameter : parameters) parameter *= factor;
  return parameters;
}

// The loss, then the gradient.
std::vector<float> Ask(GradientSource& source, const RunSeed& seed, int64_t step,
                       const std::vector<float>& parameters) {
  std::vector<float> answer(parameters.size() + 1);
  answer[0] = source.LossAndGradient(seed, step, parameters, std::span(answer).subspan(1));
  return answer;
}

TEST(NetworkSource, HasTheReferencesLossesAndGradients) {
  for (const v1::Task& config : testing::SmallNetworks()) {
    SCOPED_TRACE(config.ShortDebugString());
    const auto task = MakeIt(config);
    ASSERT_NE(task->network_task(), nullptr);
    const auto fused = MakeKernelSource(*task, lane::ActiveTarget());
    const auto plain = MakePlainSource(*task);
    const std::vector<float> parameters = Initial(*task);
    for (const int64_t step : {0, 1, 6}) {
      const std::vector<float> own = Ask(*fused, kSeed, step, parameters);
      const std::vector<float> wanted = Ask(*plain, kSeed, step, parameters);
      float largest = 0;
      for (const float value : wanted) largest = std::max(largest, std::fabs(value));
      for (size_t i = 0; i < own.size(); ++i) {
        ASSERT_NEAR(own[i], wanted[i], 1e-4f * largest) << "step " << step << ", " << i;
      }
    }
  }
}

TEST(NetworkSource, AnswersAsANewOneWhateverItWasAskedBefore) {
  struct Question {
    uint32_t episode;
    int64_t step;
    float factor;
  };
  for (const v1::Task& config : testing::SmallNetworks()) {
    SCOPED_TRACE(config.ShortDebugString());
    const auto task = MakeIt(config);
    const auto used = MakeKernelSource(*task, lane::ActiveTarget());
    for (const auto& [episode, step, factor] :
         {Question{1, 0, 1}, Question{1, 0, 0.5f}, Question{1, 1, 0.5f}, Question{2, 1, 0.5f},
          Question{1, 0, 1}}) {
      const RunSeed seed = {.key = 5, .particle = 2, .episode = episode};
      const std::vector<float> parameters = Initial(*task, factor);
      const auto fresh = MakeKernelSource(*task, lane::ActiveTarget());
      EXPECT_EQ(Ask(*used, seed, step, parameters), Ask(*fresh, seed, step, parameters))
          << "episode " << episode << ", step " << step << ", factor " << factor;
    }
  }
}

TEST(NetworkScores, AreTheReferencesOnEveryFreshBatch) {
  for (const v1::Task& config : testing::SmallNetworks()) {
    SCOPED_TRACE(config.ShortDebugString());
    const auto task = MakeIt(config);
    const auto fused = MakeKernelScores(*task);
    const auto plain = MakePlainScores(*task);
    const std::vector<float> parameters = Initial(*task);
    for (const int64_t number : {3, 4, 3}) {
      const FreshBatch batch = {.split = Split::kInnerValid, .number = number};
      const BatchScore own = fused->Score(kSeed, batch, parameters);
      const BatchScore wanted = plain->Score(kSeed, batch, parameters);
      EXPECT_NEAR(own.loss, wanted.loss, 1e-4f * std::fabs(wanted.loss) + 1e-6f);
      EXPECT_FLOAT_EQ(own.error, wanted.error);
    }
  }
}

}  // namespace
}  // namespace paceline
