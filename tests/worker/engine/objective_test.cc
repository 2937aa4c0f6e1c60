// What a block makes of its runs' losses under every objective, against descent by hand.
#include "worker/engine/objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <vector>

#include "tests/worker/engine/descent.h"

namespace paceline {
namespace {

using testing::HasSubstr;

// The value of each window of an episode, from its descent.
using Expected = std::function<std::vector<double>(const Task&, const Descent&)>;

// Sums of `values` over each window.
std::vector<double> BySum(const std::vector<double>& values) {
  std::vector<double> sums(values.size() / kWindow);
  for (size_t k = 0; k < values.size(); ++k) sums[k / kWindow] += values[k];
  return sums;
}
// T times the last one, in the last window.
std::vector<double> ByLast(const std::vector<double>& values) {
  std::vector<double> windows(values.size() / kWindow);
  windows.back() = static_cast<double>(values.size()) * values.back();
  return windows;
}

void ExpectValues(const v1::JobConfig& config, Split split, double tolerance,
                  const Expected& expected) {
  const auto job = Job(config);
  const Episode episode = SecondEpisode(config);
  const std::vector<Scalars> windows = Windows(config, episode.first, episode.last);
  for (uint32_t particle = 0; particle < kParticles; ++particle) {
    for (const int sign : {+1, -1}) {
      const std::vector<double> values =
          expected(job->task(0), Descend(config, job->task(0), episode, particle, sign, split));
      ASSERT_EQ(values.size(), windows.size());
      for (size_t w = 0; w < windows.size(); ++w) {
        const ParticleScalars& got = windows[w][particle];
        EXPECT_FALSE(got.diverged);
        EXPECT_EQ(got.trained_steps, kWindow);
        EXPECT_NEAR(sign > 0 ? got.sum_plus : got.sum_minus, values[w],
                    tolerance * (1 + std::abs(values[w])))
            << "window " << w << ", particle " << particle;
      }
    }
  }
}

TEST(ObjectiveTest, TrainingLossIsWhatItIsWithoutAnObjective) {
  for (const v1::Engine engine : kEngines) {
    v1::JobConfig config = Config(ImageTask(), engine);
    const auto without = Windows(config, 0, 4);
    config.mutable_objective()->mutable_training_loss();
    EXPECT_EQ(Windows(config, 0, 4), without);
    ExpectValues(config, Split::kTrain, kTolerance, [](const Task& task, const Descent& descent) {
      return BySum(TrainingLosses(task, descent));
    });
  }
}

TEST(ObjectiveTest, HeldOutLossIsAfterEachUpdateOnAFreshBatch) {
  for (const v1::Task& task : {ImageTask(), QuadraticTask()}) {
    for (const v1::Engine engine : kEngines) {
      v1::JobConfig config = Config(task, engine);
      config.mutable_objective()->mutable_held_out_loss()->set_split(v1::DATA_SPLIT_INNER_VALID);
      ExpectValues(
          config, Split::kInnerValid, kTolerance,
          [](const Task& t, const Descent& descent) { return BySum(HeldOutLosses(t, descent)); });
    }
  }
}

TEST(ObjectiveTest, AccuracyCountsWhatIsWrong) {
  for (const v1::Engine engine : kEngines) {
    v1::JobConfig config = Config(ImageTask(), engine);
    config.mutable_objective()->mutable_accuracy()->set_split(v1::DATA_SPLIT_OUTER_VALID);
    // One example of a batch of 32, of a window's five, may be called otherwise.
    ExpectValues(config, Split::kOuterValid, 1.0 / 32, [](const Task&, const Descent& descent) {
      std::vector<double> values;
      for (const BatchScore& score : descent.scores) values.push_back(score.error);
      return BySum(values);
    });
  }
}

TEST(ObjectiveTest, FinalLossIsTheLastStepsForTheWholeEpisode) {
  for (const v1::Engine engine : kEngines) {
    v1::JobConfig config = Config(ImageTask(), engine);
    v1::FinalLoss& final_loss = *config.mutable_objective()->mutable_final_loss();
    final_loss.set_split(v1::DATA_SPLIT_TRAIN);
    ExpectValues(config, Split::kTrain, kTolerance, [](const Task& task, const Descent& descent) {
      return ByLast(TrainingLosses(task, descent));
    });
    final_loss.set_split(v1::DATA_SPLIT_OUTER_VALID);
    ExpectValues(config, Split::kOuterValid, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   return ByLast(HeldOutLosses(task, descent));
                 });
  }
}

// Σ over an episode's windows / Σ of their steps is the final loss: with the global denominator of
// the estimator, its gradient is the final loss's.
TEST(ObjectiveTest, FinalLossHasTheNormaliserThatMakesAnEpisodesMeanOfIt) {
  v1::JobConfig config = Config(QuadraticTask(), v1::ENGINE_FUSED);
  config.mutable_objective()->mutable_final_loss()->set_split(v1::DATA_SPLIT_TRAIN);
  const Episode episode = SecondEpisode(config);
  const auto job = Job(config);
  const Descent descent = Descend(config, job->task(0), episode, 2, +1, Split::kTrain);
  double sum = 0, steps = 0;
  for (const Scalars& window : Windows(config, episode.first, episode.last)) {
    sum += window[2].sum_plus;
    steps += window[2].trained_steps;
  }
  EXPECT_NEAR(sum / steps, descent.losses.back(), kTolerance * descent.losses.back());
}

std::vector<double> UntilTarget(const Descent& descent, double target, double decay) {
  std::vector<double> values;
  double average = descent.losses.front();
  bool reached = false;
  for (size_t k = 0; k < descent.losses.size(); ++k) {
    if (k > 0) average = decay * average + (1 - decay) * descent.losses[k];
    reached = reached || average <= target;
    values.push_back(reached ? 0 : 1);
  }
  return values;
}

// The target lies where it is reached in different windows by different particles, or not at all.
TEST(ObjectiveTest, StepsToATargetAreCountedUntilItsMovingAverageIsReached) {
  for (const v1::Engine engine : kEngines) {
    v1::JobConfig config = Config(QuadraticTask(), engine);
    v1::StepsToTarget& steps = *config.mutable_objective()->mutable_steps_to_target();
    steps.set_target(3.5);
    steps.set_decay(0.6);
    ExpectValues(config, Split::kTrain, 0, [](const Task&, const Descent& descent) {
      return BySum(UntilTarget(descent, 3.5, 0.6));
    });
    std::set<double> seen;
    const Episode episode = SecondEpisode(config);
    for (const Scalars& window : Windows(config, episode.first, episode.last)) {
      for (const ParticleScalars& particle : window) seen.insert(particle.sum_plus);
    }
    EXPECT_THAT(seen, testing::Contains(0));
    EXPECT_THAT(seen, testing::Contains(kWindow));
    EXPECT_GT(seen.size(), 2u) << "some reach it within a window";
  }
}

ObjectivePlan PlanOf(const std::function<void(v1::Objective&)>& set) {
  v1::JobConfig config = Config(ImageTask(), v1::ENGINE_FUSED);
  set(*config.mutable_objective());
  return PlanObjective(config);
}

TEST(ObjectiveTest, WhatIsMeasuredAfterEveryStepIsRefusedOnAGpu) {
  const auto job = Job(Config(ImageTask(), v1::ENGINE_FUSED));
  const ObjectivePlan held_out = PlanOf([](auto& o) { o.mutable_held_out_loss(); });
  const ObjectivePlan accuracy = PlanOf([](auto& o) { o.mutable_accuracy(); });
  for (const ObjectivePlan& plan : {held_out, accuracy}) {
    EXPECT_TRUE(CheckObjective(plan, job->task(0), false).ok());
    const absl::Status status = CheckObjective(plan, job->task(0), true);
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(status.message()), HasSubstr("give --device cpu"));
  }
  for (const ObjectivePlan& plan :
       {PlanOf([](auto& o) { o.mutable_training_loss(); }),
        PlanOf([](auto& o) { o.mutable_steps_to_target(); }),
        PlanOf([](auto& o) { o.mutable_final_loss()->set_split(v1::DATA_SPLIT_OUTER_VALID); })}) {
    EXPECT_TRUE(CheckObjective(plan, job->task(0), true).ok()) << plan.name;
  }
}

TEST(ObjectiveTest, ATaskWithoutClassesHasNoAccuracy) {
  v1::JobConfig config = Config(QuadraticTask(), v1::ENGINE_FUSED);
  config.mutable_objective()->mutable_accuracy()->set_split(v1::DATA_SPLIT_OUTER_VALID);
  DataStore data;
  const auto job = JobContext::Create(config, data);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace paceline
