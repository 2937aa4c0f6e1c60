#include "worker/task/own/own_task.h"

#include <ATen/ops/empty.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "common/base/status_error.h"
#include "tests/testing/plugin_files.h"
#include "worker/plugin/counted_random.h"
#include "worker/task/batches.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr size_t kBatch = 8;
constexpr RunSeed kSeed = {.key = 9, .particle = 2, .episode = 3};

DataStore& Store() {
  static DataStore* store =
      new DataStore("/nowhere", "", PluginTable::Load({PluginFile("plugin_line")}).value());
  return *store;
}

v1::Task Config(const std::vector<std::string>& settings = {}) {
  v1::Task task;
  v1::OwnTask& own = *task.mutable_own();
  own.mutable_plugin()->set_digest(FileDigest(PluginFile("plugin_line")));
  own.set_name("line");
  own.set_batch(kBatch);
  own.set_lowest(0.5);
  own.set_highest(20);
  for (const std::string& setting : settings) own.add_settings(setting);
  return task;
}

absl::StatusOr<std::unique_ptr<Task>> Make(const std::vector<std::string>& settings = {}) {
  return MakeTask(Config(settings), Store());
}

std::vector<float> Initial(const Task& task, const RunSeed& seed = kSeed) {
  std::vector<float> weights(task.parameter_count());
  task.SampleInitial(seed, weights);
  return weights;
}

std::vector<double> Normals(const Stream& stream, const std::vector<size_t>& counts) {
  CountedRandom random(stream);
  std::vector<double> all;
  for (const size_t count : counts) {
    std::vector<float> some(count);
    random.FillNormals(some);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

Stream StreamOf(Purpose purpose) {
  return {
      .key = kSeed.key, .purpose = purpose, .particle = kSeed.particle, .episode = kSeed.episode};
}

TEST(OwnTask, HasThePluginsParameters) {
  const auto task = Make({"width=6"});
  ASSERT_TRUE(task.ok()) << task.status();
  ASSERT_EQ((*task)->parameters().size(), 2u);
  const ParameterTensor& w = (*task)->parameters()[0];
  const ParameterTensor& b = (*task)->parameters()[1];
  EXPECT_EQ(w.name, "w");
  EXPECT_EQ(w.shape, (std::vector<int64_t>{6, 1}));
  EXPECT_EQ(w.kind, TensorKind::kInputWeights);
  EXPECT_EQ(b.offset, 6u);
  EXPECT_EQ(b.kind, TensorKind::kBias);
  EXPECT_EQ((*task)->parameter_count(), 7u);
}

// The mean over the batch of (x·(w − w*) + b)², and its gradient, in double.
TEST(OwnTask, LossAndGradientAreThoseOfTheFormula) {
  constexpr size_t kWidth = 4;
  const auto task = Make();
  ASSERT_TRUE(task.ok()) << task.status();
  const std::vector<float> weights = Initial(**task);
  EXPECT_THAT(std::vector<double>(weights.begin(), weights.end()),
              Normals(StreamOf(Purpose::kTaskInit), {kWidth, 1}));
  const std::vector<double> target = Normals(StreamOf(Purpose::kTaskDynamic), {kWidth});
  const std::vector<double> x = Normals(BatchStream(kSeed, 5), {kBatch * kWidth});
  double loss = 0;
  std::vector<double> expected(kWidth + 1);
  for (size_t n = 0; n < kBatch; ++n) {
    double error = weights[kWidth];
    for (size_t i = 0; i < kWidth; ++i) error += x[n * kWidth + i] * (weights[i] - target[i]);
    loss += error * error / kBatch;
    for (size_t i = 0; i < kWidth; ++i) expected[i] += 2 * error * x[n * kWidth + i] / kBatch;
    expected[kWidth] += 2 * error / kBatch;
  }
  std::vector<float> gradient(kWidth + 1, 99);
  EXPECT_NEAR((*task)->LossAndGradient(kSeed, 5, weights, gradient), loss, 1e-5 * loss);
  for (size_t i = 0; i <= kWidth; ++i) EXPECT_NEAR(gradient[i], expected[i], 1e-4) << i;
}

TEST(OwnTask, ARunsNumbersAreItsOwn) {
  const auto task = Make();
  ASSERT_TRUE(task.ok()) << task.status();
  const std::vector<float> weights = Initial(**task);
  const RunSeed other = {.key = 9, .particle = 3, .episode = 3};
  EXPECT_EQ(Initial(**task), weights);
  EXPECT_NE(Initial(**task, other), weights);
  std::vector<float> gradient(weights.size());
  const auto loss = [&](const RunSeed& seed, int64_t step) {
    return (*task)->LossAndGradient(seed, step, weights, gradient);
  };
  EXPECT_EQ(loss(kSeed, 1), loss(kSeed, 1));
  EXPECT_NE(loss(kSeed, 1), loss(kSeed, 2));
  EXPECT_NE(loss(kSeed, 1), loss(other, 1));
  // What is measured is trained on by nobody.
  const auto score = [&](Purpose purpose, int64_t number, Split split = Split::kOuterValid) {
    const FreshBatch batch = {.split = split, .purpose = purpose, .number = number};
    return (*task)->Score(kSeed, batch, weights).loss;
  };
  const std::vector<float> all = {
      loss(kSeed, 1),
      score(Purpose::kHeldOutBatch, 1),
      score(Purpose::kHeldOutBatch, 1, Split::kInnerValid),
      score(Purpose::kFinalBatch, 1),
      score(Purpose::kFinalBatch, 2),
      static_cast<float>((*task)->Evaluate(kSeed, weights, Split::kTest, 1).loss),
      static_cast<float>((*task)->Evaluate(kSeed, weights, Split::kOuterValid, 1).loss)};
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
}

TEST(OwnTask, ASplitIsAMeanOverItsBatches) {
  const auto task = Make();
  ASSERT_TRUE(task.ok()) << task.status();
  const std::vector<float> weights = Initial(**task);
  // Σ over batches, w* of the episode: their mean is ‖w − w*‖² + b², as x ~ N(0, I).
  const std::vector<double> target = Normals(StreamOf(Purpose::kTaskDynamic), {4});
  double expected = std::pow(weights[4], 2);
  for (size_t i = 0; i < 4; ++i) expected += std::pow(weights[i] - target[i], 2);
  const double many = (*task)->Evaluate(kSeed, weights, Split::kTest, 200 * kBatch).loss;
  EXPECT_NEAR(many, expected, 0.15 * expected);  // four standard deviations of 1600 squares
  const double whole = (*task)->Evaluate(kSeed, weights, Split::kTest, 0).loss;
  EXPECT_EQ(whole,
            (*task)->Evaluate(kSeed, weights, Split::kTest, OwnTask::kSplitBatches * kBatch).loss);
}

TEST(OwnTask, TheMetaLossIsTheLossWithinItsRange) {
  const auto task = Make();
  ASSERT_TRUE(task.ok()) << task.status();
  EXPECT_EQ((*task)->MetaLoss(3), 3);
  EXPECT_EQ((*task)->MetaLoss(0.25), 0.5);
  EXPECT_EQ((*task)->MetaLoss(-INFINITY), 0.5);
  EXPECT_EQ((*task)->MetaLoss(21), 20);
  EXPECT_EQ((*task)->MetaLoss(INFINITY), 20);
  EXPECT_EQ((*task)->MetaLoss(NAN), 20);
  EXPECT_EQ((*task)->meta_loss_bound(), 20);
}

TEST(OwnTask, AMissingGradientIsZeroAndALossMayBeNoNumber) {
  for (const char* fault : {"fault=no_bias", "fault=constant"}) {
    const auto task = Make({fault});
    ASSERT_TRUE(task.ok()) << task.status();
    std::vector<float> gradient(5, 99);
    EXPECT_TRUE(std::isfinite((*task)->LossAndGradient(kSeed, 0, Initial(**task), gradient)));
    EXPECT_EQ(gradient[4], 0);
    EXPECT_EQ(gradient[0] == 0, std::string(fault) == "fault=constant");
  }
  const auto task = Make({"fault=nan"});
  ASSERT_TRUE(task.ok()) << task.status();
  std::vector<float> gradient(5), weights(5, 1e6f);
  EXPECT_TRUE(std::isnan((*task)->LossAndGradient(kSeed, 0, weights, gradient)));
}

struct Fault {
  std::string setting, words;
};

TEST(OwnTask, WhatThePluginDoesWrongIsToldWithItsName) {
  const Fault faults[] = {
      {"fault=make", "cannot be made: it throws: nothing is right"},
      {"fault=no_parameters", "has no parameters"},
      {"fault=no_name", "has a parameter without a name"},
      {"fault=same_name", "has two parameters of the name w"},
      {"fault=no_extent", "parameter w of shape [2, 0]; all axes must be 1 or more"},
      {"fault=axes", "parameter w of 9 axes; there may be 8"},
      {"fault=huge", "too large with its parameter w of shape [1048576, 1048576]"},
      {"fault=huge_together", "too large with its parameter w of shape [134217729]"},
      {"fault=initial_throw", "cannot make initial weights: it throws: no weights today"},
      {"fault=initial_count", "gives 1 initial weights for its 2 parameters"},
      {"fault=initial_shape", "gives Float [4] as initial weights of w; it must be Float [4, 1]"},
      {"fault=initial_type", "gives Double [4, 1] as initial weights of w"},
      {"fault=initial_none", "gives no tensor as initial weights of b"},
      {"fault=draws", "does not repeat itself: its initial weights came out otherwise"},
      {"fault=batch_throw", "cannot make a batch: it throws: something that is no std::exception"},
      {"fault=batch_none", "gives a batch with a tensor that is none"},
      {"fault=loss_throw", "cannot compute its loss: it throws: the loss is lost"},
      {"fault=loss_torch", "cannot compute its loss: it throws: mat1 and mat2 shapes"},
      {"fault=loss_shape", "has a loss of Float [8, 1]; it must be one number"},
      {"fault=loss_type", "has a loss of Double []; it must be one number, Float []"},
      {"fault=loss_none", "has a loss of no tensor"},
      {"fault=loss_in_place",
       "cannot compute its loss: it throws: a leaf Variable that requires grad"},
      {"fahlt=none", "has no setting fahlt; it has batched, fault, noise, width"},
      {"width=x", "cannot be made: it throws: setting width is \"x\"; it must be a whole number"},
  };
  const std::string label = "task line of plug-in plugin_line.so (";
  for (const auto& [setting, words] : faults) {
    const absl::Status status = Make({setting}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << setting;
    EXPECT_THAT(std::string(status.message()), StartsWith(label));
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  }
}

TEST(OwnTask, WhatGoesWrongLaterIsAnErrorToo) {
  const auto task = Make({"fault=later"});
  ASSERT_TRUE(task.ok()) << task.status();
  std::vector<float> gradient(5);
  const std::vector<float> weights = Initial(**task);
  const auto steps = [&] {
    for (int64_t step = 0; step < 40; ++step) {
      (*task)->LossAndGradient(kSeed, step, weights, gradient);
    }
  };
  EXPECT_THROW(steps(), StatusError);
}

TEST(OwnTask, APluginThatIsNotLoadedOrHasNoSuchTask) {
  v1::Task config = Config();
  config.mutable_own()->set_name("circle");
  const absl::Status unknown = MakeTask(config, Store()).status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("has no task circle; it has line"));
  DataStore without("/nowhere", "");
  const absl::Status missing = MakeTask(Config(), without).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kFailedPrecondition) << "another worker may have it";
  EXPECT_THAT(std::string(missing.message()), HasSubstr("--task-plugin"));
}

TEST(OwnTask, ManyRunsTogetherHaveTheLossesOfEach) {
  const auto task = Make({"batched=1"});
  ASSERT_TRUE(task.ok()) << task.status();
  const OwnTask* own = (*task)->batched_own_task();
  ASSERT_NE(own, nullptr);
  EXPECT_EQ((*Make())->batched_own_task(), nullptr);
  const RunSeed other = {.key = 9, .particle = 3, .episode = 3};
  const std::vector<RunSeed> seeds = {kSeed, kSeed, other};
  const std::vector<int64_t> steps = {4, 4, 6};
  const std::vector<at::Tensor> batches = own->TrainingBatches(seeds, steps);
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[0].sizes(), (std::vector<int64_t>{3, kBatch, 4}));
  const std::vector<float> weights = Initial(**task);
  at::Tensor w = at::empty({3, 4, 1}, at::kFloat), b = at::empty({3, 1}, at::kFloat);
  for (int64_t run = 0; run < 3; ++run) {
    for (int64_t i = 0; i < 4; ++i) w[run][i] = weights[i];
    b[run] = weights[4];
  }
  const at::Tensor losses = own->Losses({w, b}, batches);
  std::vector<float> gradient(5);
  for (int64_t run = 0; run < 3; ++run) {
    const float alone = own->LossAndGradient(seeds[run], steps[run], weights, gradient);
    EXPECT_NEAR(losses[run].item<float>(), alone, 1e-5 * alone);
  }
}

}  // namespace
}  // namespace paceline
