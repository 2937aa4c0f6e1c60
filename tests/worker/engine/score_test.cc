// Fresh batches, and how good parameters are on them: by hand, and by the SIMD kernel.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <vector>

#include "tests/testing/shared_data.h"
#include "worker/engine/score_source.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

v1::Task TaskConfig(const std::vector<uint32_t>& hidden, int batch) {
  v1::Task config;
  v1::ImageMlp& mlp = *config.mutable_image_mlp();
  mlp.set_dataset(v1::DATASET_FASHION_MNIST);
  mlp.set_size(8);
  for (const uint32_t width : hidden) mlp.add_hidden(width);
  mlp.set_activation(v1::ACTIVATION_TANH);
  mlp.set_batch(batch);
  return config;
}

std::unique_ptr<Task> MakeIt(const v1::Task& config) {
  auto task = MakeTask(config, SharedData());
  EXPECT_TRUE(task.ok()) << task.status();
  return *std::move(task);
}

std::vector<float> RandomParameters(const Task& task) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 0.3f);
  std::vector<float> parameters(task.parameter_count());
  for (float& p : parameters) p = normal(random);
  return parameters;
}

constexpr RunSeed kSeed = {9, 4, 2};
constexpr Split kSplits[] = {Split::kTrain, Split::kInnerValid, Split::kOuterValid};

// Logistic regression by plain loops in double.
TEST(ScoreTest, IsTheLossAndTheShareOfWrongExamplesByHand) {
  const auto task = MakeIt(TaskConfig({}, 50));
  const auto& mlp = dynamic_cast<const ImageMlp&>(*task);
  const std::vector<float> p = RandomParameters(*task);
  for (const Split split : kSplits) {
    const FreshBatch batch{.split = split, .number = 7};
    std::vector<uint32_t> chosen(50);
    mlp.BatchIndices(kSeed, batch, chosen);
    const Examples& all = mlp.ExamplesOf(split);
    double loss = 0;
    int wrong = 0;
    for (const uint32_t example : chosen) {
      std::vector<double> z(10);
      for (int c = 0; c < 10; ++c) {
        z[c] = p[640 + c];
        for (int i = 0; i < 64; ++i) z[c] += all.images[example * 64 + i] * p[i * 10 + c];
      }
      double sum = 0;
      for (const double x : z) sum += std::exp(x);
      loss += std::log(sum) - z[all.labels[example]];
      if (std::ranges::max_element(z) - z.begin() != all.labels[example]) ++wrong;
    }
    const BatchScore score = task->Score(kSeed, batch, p);
    EXPECT_NEAR(score.loss, loss / 50, 1e-5);
    EXPECT_FLOAT_EQ(score.error, static_cast<float>(wrong) / 50);
    EXPECT_GT(wrong, 10);
    EXPECT_LT(wrong, 50);
  }
}

TEST(ScoreTest, BatchesAreOfTheirSplitAndTheirOwn) {
  const auto task = MakeIt(TaskConfig({}, 64));
  const auto& mlp = dynamic_cast<const ImageMlp&>(*task);
  std::set<std::vector<uint32_t>> seen;
  std::vector<uint32_t> chosen(64);
  for (const Purpose purpose : {Purpose::kHeldOutBatch, Purpose::kFinalBatch}) {
    for (const int64_t number : {0, 1, 2}) {
      for (const RunSeed& seed : {kSeed, RunSeed{9, 5, 2}, RunSeed{9, 4, 3}}) {
        mlp.BatchIndices(seed, {Split::kInnerValid, purpose, number}, chosen);
        EXPECT_LT(std::ranges::max(chosen), mlp.ExamplesOf(Split::kInnerValid).count());
        EXPECT_TRUE(seen.insert(chosen).second);
        mlp.BatchIndices(seed, {Split::kTrain, purpose, number}, chosen);
        EXPECT_TRUE(seen.insert(chosen).second);
        mlp.BatchIndices(seed, number, chosen);
        if (purpose == Purpose::kHeldOutBatch) {
          EXPECT_TRUE(seen.insert(chosen).second);
        }
      }
    }
  }
}

TEST(ScoreTest, OfTheKernelIsThatOfTheLoopsOnEveryInstructionSet) {
  for (const std::vector<uint32_t>& hidden :
       std::vector<std::vector<uint32_t>>{{}, {32}, {17, 9}}) {
    for (const int batch : {1, 15, 64}) {
      const auto task = MakeIt(TaskConfig(hidden, batch));
      const std::vector<float> p = RandomParameters(*task);
      const auto loops = MakePlainScores(*task);
      const auto active = MakeKernelScores(*task);
      const auto scalar = MakeKernelScores(*task, lane::Target::kScalar);
      for (const Split split : kSplits) {
        for (const int64_t number : {0, 5}) {
          const FreshBatch fresh{.split = split, .number = number};
          const BatchScore expected = loops->Score(kSeed, fresh, p);
          const BatchScore got = active->Score(kSeed, fresh, p);
          EXPECT_NEAR(got.loss, expected.loss, 1e-5);
          // Logits that differ in their last bits may change the order of two.
          EXPECT_NEAR(got.error, expected.error, 1.01 / batch);
          EXPECT_EQ(scalar->Score(kSeed, fresh, p).loss, got.loss);
          EXPECT_EQ(scalar->Score(kSeed, fresh, p).error, got.error);
        }
      }
    }
  }
}

TEST(ScoreTest, ParametersThatAreNotNumbersHaveALossThatIsNone) {
  const auto task = MakeIt(TaskConfig({12}, 16));
  const std::vector<float> p(task->parameter_count(), NAN);
  EXPECT_FALSE(std::isfinite(MakePlainScores(*task)->Score(kSeed, {}, p).loss));
  EXPECT_FALSE(std::isfinite(MakeKernelScores(*task)->Score(kSeed, {}, p).loss));
}

// Every example once, in whole batches and one of the rest.
TEST(ScoreTest, AWholeSplitByTheKernelIsThatOfThePlainLoops) {
  for (const int batch : {128, 77}) {
    const auto task = MakeIt(TaskConfig({13, 7}, batch));
    const std::vector<float> p = RandomParameters(*task);
    for (const Split split : {Split::kOuterValid, Split::kTest}) {
      const SplitScore plain = MakePlainScores(*task)->Evaluate(kSeed, split, p);
      const SplitScore kernel = MakeKernelScores(*task)->Evaluate(kSeed, split, p);
      EXPECT_NEAR(kernel.loss, plain.loss, 1e-5 * plain.loss);
      EXPECT_NEAR(kernel.error, plain.error, 1e-3);
      EXPECT_GT(plain.error, 0.2);
    }
  }
}

}  // namespace
}  // namespace paceline
