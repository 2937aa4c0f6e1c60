#include "worker/task/optimizer_training/optimizer_training.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "common/task/facts.h"
#include "common/task/optimizer_training.h"
#include "common/task/task_fault.h"
#include "tests/testing/shared_data.h"
#include "worker/engine/inner_runs.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

constexpr RunSeed kSeed = {.key = 3, .particle = 4, .episode = 5};

v1::Task ConfigOf(const std::string& optimizer, int steps = 6, int batch = 2) {
  const std::string text =
      "optimizer_training { optimizer { " + optimizer +
      " } task { dataset: DATASET_DIGITS hidden: 5 batch: 8 activation: ACTIVATION_TANH } steps: " +
      std::to_string(steps) + " batch: " + std::to_string(batch) + " } weight: 1";
  v1::Task config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

constexpr char kAdam[] =
    "learnable_adam { learning_rate: 0.05 beta1: 0.9 beta2: 0.99 epsilon: 1e-6 }";
constexpr char kMlp[] = "mlp_lopt { hidden: 4 layers: 1 step_multiplier: 0.1 exp_multiplier: 0.1 }";
constexpr char kAdafac[] =
    "adafac_mlp { hidden: 4 layers: 2 step_multiplier: 0.1 exp_multiplier: 0.1 }";

std::unique_ptr<OptimizerTraining> Make(const v1::Task& config) {
  auto task = OptimizerTraining::Make(config.optimizer_training(), SharedData());
  EXPECT_TRUE(task.ok()) << task.status();
  return *std::move(task);
}

std::vector<float> InitialOf(const Task& task) {
  std::vector<float> parameters(task.parameter_count());
  task.SampleInitial(kSeed, parameters);
  return parameters;
}

// What an ordinary job's inner runs give under that θ.
double OrdinaryLoss(const v1::Task& config, const OptimizerTraining& own, int64_t step,
                    std::span<const float> theta) {
  const v1::OptimizerTraining& training = config.optimizer_training();
  const v1::Task inner_config = InnerTaskOf(training);
  const auto inner = MakeTask(inner_config, SharedData());
  EXPECT_TRUE(inner.ok()) << inner.status();
  const std::vector<RunSeed> seeds = own.TrainingSeeds(kSeed, step);
  const auto count = static_cast<int>(seeds.size());
  auto runs = MakeRuns(v1::ENGINE_FUSED, training.optimizer(), inner_config, **inner, count);
  EXPECT_TRUE(runs.ok()) << runs.status();
  std::vector<RunTheta> thetas(seeds.size(), RunTheta{.theta = theta});
  for (int run = 0; run < count; ++run) {
    EXPECT_TRUE((*runs)->Start(run, seeds[static_cast<size_t>(run)], training.steps()).ok());
  }
  std::vector<float> losses(seeds.size() * training.steps());
  EXPECT_TRUE((*runs)->Advance(thetas, training.steps(), losses).ok());
  double sum = 0;
  for (const float loss : losses) sum += (*inner)->MetaLoss(loss);
  return sum / static_cast<double>(losses.size());
}

TEST(OptimizerTraining, HasTheLossOfAnOrdinaryJobsInnerRuns) {
  for (const char* optimizer : {kAdam, kMlp, kAdafac}) {
    const v1::Task config = ConfigOf(optimizer);
    const auto task = Make(config);
    const std::vector<float> theta = InitialOf(*task);
    std::vector<float> gradient(theta.size());
    for (const int64_t step : {0, 7}) {
      const float loss = task->LossAndGradient(kSeed, step, theta, gradient);
      EXPECT_NEAR(loss, OrdinaryLoss(config, *task, step, theta), 2e-5 * loss) << optimizer;
      EXPECT_EQ(task->LossAndGradient(kSeed, step, theta, gradient), loss) << "the same draws";
    }
  }
}

TEST(OptimizerTraining, HasTheGradientThatCentralDifferencesShow) {
  for (const char* optimizer : {kAdam, kMlp, kAdafac}) {
    const auto task = Make(ConfigOf(optimizer));
    const std::vector<float> theta = InitialOf(*task);
    std::vector<float> gradient(theta.size()), unused(theta.size());
    task->LossAndGradient(kSeed, 2, theta, gradient);
    // Along the gradient, whose slope is its norm.
    double norm = 0;
    for (const float g : gradient) norm += double{g} * g;
    norm = std::sqrt(norm);
    ASSERT_GT(norm, 0) << optimizer;
    const auto at = [&](double distance) {
      std::vector<float> moved = theta;
      for (size_t i = 0; i < moved.size(); ++i) {
        moved[i] += static_cast<float>(distance * gradient[i] / norm);
      }
      return double{task->LossAndGradient(kSeed, 2, moved, unused)};
    };
    constexpr double kDistance = 2e-2;
    const double slope = (at(kDistance) - at(-kDistance)) / (2 * kDistance);
    EXPECT_NEAR(slope / norm, 1, 0.02) << optimizer;
  }
}

TEST(OptimizerTraining, GetsBetterAgainstTheGradientsSign) {
  const v1::Task config = ConfigOf(kAdam, /*steps=*/12, /*batch=*/4);
  const auto task = Make(config);
  std::vector<float> theta = InitialOf(*task), gradient(theta.size());
  // The learning rate's logarithm, from a rate that is far too small.
  const size_t rate = LayoutOf(config.optimizer_training().optimizer()).leaf("log_lr").offset;
  theta[rate] -= 4;
  const FreshBatch fresh = {.split = Split::kTrain, .purpose = Purpose::kFinalBatch};
  const float before = task->Score(kSeed, fresh, theta).loss;
  for (int64_t step = 0; step < 15; ++step) {
    task->LossAndGradient(kSeed, step, theta, gradient);
    theta[rate] -= std::copysign(0.3f, gradient[rate]);
  }
  EXPECT_LT(task->Score(kSeed, fresh, theta).loss, before - 0.05f);
}

TEST(OptimizerTraining, ThatDivergesHasNoLoss) {
  const auto task = Make(ConfigOf(kMlp));
  std::vector<float> theta = InitialOf(*task), gradient(theta.size());
  theta.back() = INFINITY;
  EXPECT_TRUE(std::isnan(task->LossAndGradient(kSeed, 0, theta, gradient)));
}

TEST(OptimizerTraining, DrawsOtherTrainingsForOtherStepsParticlesAndBatches) {
  const auto task = Make(ConfigOf(kAdam));
  const auto seeds = task->TrainingSeeds(kSeed, 0);
  ASSERT_EQ(seeds.size(), 2u);
  EXPECT_NE(seeds[0].key, seeds[1].key);
  EXPECT_NE(task->TrainingSeeds(kSeed, 1)[0].key, seeds[0].key);
  RunSeed other = kSeed;
  ++other.particle;
  EXPECT_NE(task->TrainingSeeds(other, 0)[0].key, seeds[0].key);
}

TEST(OptimizerTraining, HasFactsWithoutRunning) {
  const v1::Task config = ConfigOf(kAdafac);
  const TaskFacts facts = FactsOf(config);
  const auto task = Make(config);
  EXPECT_EQ(facts.parameter_count(), task->parameter_count());
  EXPECT_EQ(facts.tensors[0].name,
            LayoutOf(config.optimizer_training().optimizer()).leaves[0].path);
  EXPECT_GT(facts.flops, 0);
  EXPECT_THAT(facts.text, HasSubstr("adafac_mlp on an image_mlp of"));
  EXPECT_THAT(facts.text, HasSubstr("2 x 6 steps"));
}

TEST(OptimizerTraining, SaysWhatItCannotTrain) {
  const auto fault = [](const std::string& optimizer) {
    const TaskFault found = FaultOf(ConfigOf(optimizer));
    return found.field + " " + found.what;
  };
  EXPECT_EQ(FaultOf(ConfigOf(kAdam)).field, "");
  EXPECT_THAT(fault("system_parameters { initial: 1 }"),
              HasSubstr("optimizer is system_parameters"));
  EXPECT_THAT(fault("mlp_lopt { hidden: 4 layers: 1 step_multiplier: 1 exp_multiplier: 1 "
                    "features: MLP_LOPT_FEATURE_HESSIAN_DIAGONAL }"),
              HasSubstr("optimizer has features of the curvature"));
  v1::Task folder = ConfigOf(kAdam);
  folder.mutable_optimizer_training()->mutable_task()->set_dataset(v1::DATASET_FOLDER);
  EXPECT_EQ(FaultOf(folder).field, "task.images.folder");
}

}  // namespace
}  // namespace paceline
