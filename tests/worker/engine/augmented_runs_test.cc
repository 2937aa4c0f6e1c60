// Runs of augmented tasks: what their optimizer is told, what they keep between steps, and that the
// bits are the same wherever they are.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/config/task_rules.h"
#include "common/lopt/layout.h"
#include "common/task/sample.h"
#include "tests/testing/shared_data.h"
#include "tests/testing/targets.h"
#include "worker/engine/block.h"
#include "worker/engine/gradient_source.h"
#include "worker/optim/optimizer.h"
#include "worker/task/augment/arithmetic.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using Floats = std::vector<float>;

constexpr char kMlp[] = "image_mlp: {size: 4, hidden: [6], batch: 8}";
constexpr RunSeed kSeed = {.key = 5, .particle = 3, .episode = 7};

// What an optimizer was told in an inner step.
struct Told {
  float loss = 0;
  Floats gradient;
};

// p ← p − 0.1·g, and remembers what it was told.
class Witness : public Optimizer {
 public:
  explicit Witness(std::vector<Told>& told) : told_(told) {}

  size_t state_size() const override { return 0; }
  size_t prepared_size() const override { return 0; }
  size_t scratch_size() const override { return 0; }
  void InitState(const PreparedTheta&, std::span<float>) const override {}
  std::unique_ptr<PreparedTheta> Prepare(std::span<const float>) const override {
    return std::make_unique<PreparedTheta>();
  }
  void Update(const PreparedTheta&, const InnerStep& step, std::span<float> parameters,
              std::span<float>, std::span<float>) const override {
    told_.push_back({step.loss, Floats(step.gradient, step.gradient + parameters.size())});
    for (size_t i = 0; i < parameters.size(); ++i) parameters[i] -= 0.1f * step.gradient[i];
  }

 private:
  std::vector<Told>& told_;
};

std::unique_ptr<Task> Make(const std::string& task, const std::string& augment = "") {
  const auto config = ParseTask(
      fmt::format("{{{}{}}}", task, augment.empty() ? "" : ", augment: {" + augment + "}"), "task");
  EXPECT_TRUE(config.ok()) << config.status();
  auto made = MakeTask(DrawTask(*config, 1, 2, 3), SharedData());
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

// One training in the fused tier.
struct Training {
  std::vector<Told> told;      // [step]
  std::vector<Floats> points;  // [step]: parameters before it, and at the end
  Floats losses;               // [step]
};

Training Train(const Task& task, int64_t steps) {
  Training training;
  const auto runs = MakeFusedRuns(std::make_unique<Witness>(training.told), task, 1);
  EXPECT_TRUE(runs->Start(0, kSeed, steps).ok());
  training.points.push_back(runs->Parameters(0));
  EXPECT_TRUE(runs->Observe([&](int, int64_t, std::span<const float> parameters) {
                    training.points.emplace_back(parameters.begin(), parameters.end());
                  })
                  .ok());
  training.losses.resize(static_cast<size_t>(steps));
  EXPECT_TRUE(runs->Advance(std::vector<RunTheta>(1), steps, training.losses).ok());
  EXPECT_EQ(training.points.back(), runs->Parameters(0));
  return training;
}

TEST(AugmentedRuns, DelayedLossesAndGradientsAreThoseOfParametersBefore) {
  const auto plain = Make(kMlp);
  const auto source = MakeKernelSource(*plain, lane::ActiveTarget());
  for (const int64_t delay : {1, 2, 5}) {
    const auto task = Make(kMlp, fmt::format("delayed_gradient: {{steps: [{0}, {0}]}}", delay));
    const Training training = Train(*task, 9);
    for (int64_t step = 0; step < 9; ++step) {
      const Floats& before =
          training.points[static_cast<size_t>(std::max<int64_t>(0, step - delay))];
      Floats gradient(before.size());
      const float loss = source->LossAndGradient(kSeed, step, before, gradient);
      EXPECT_EQ(training.losses[static_cast<size_t>(step)], loss) << delay << " " << step;
      EXPECT_EQ(training.told[static_cast<size_t>(step)].gradient, gradient);
    }
  }
}

TEST(AugmentedRuns, TheOptimizerIsToldTheScaledLossAndTheEstimatorIsNot) {
  const auto plain = Make(kMlp), task = Make(kMlp, "loss_scale: {factor: [4, 4]}");
  const Training by_plain = Train(*plain, 1), training = Train(*task, 1);
  EXPECT_EQ(training.losses, by_plain.losses);
  EXPECT_EQ(training.told[0].loss, 4 * by_plain.told[0].loss);
  for (size_t i = 0; i < training.told[0].gradient.size(); ++i) {
    EXPECT_EQ(training.told[0].gradient[i], 4 * by_plain.told[0].gradient[i]);
  }
}

TEST(AugmentedRuns, StoredParametersAreNumbersOf16Bits) {
  for (const std::string type : {"bf16", "f16"}) {
    for (const std::string of : {"parameters", "gradients", "both"}) {
      const auto task = Make(kMlp, fmt::format("storage: {{type: {}, of: {}}}", type, of));
      const Training training = Train(*task, 5);
      const auto is_stored = [&](Floats values) {
        const Floats before = values;
        RoundAll(type == "f16" ? v1::STORAGE_TYPE_F16 : v1::STORAGE_TYPE_BF16, values);
        return values == before;
      };
      for (const Floats& point : training.points) EXPECT_EQ(is_stored(point), of != "gradients");
      for (const Told& told : training.told)
        EXPECT_EQ(is_stored(told.gradient), of != "parameters");
    }
  }
}

// Everything at once, of one particle's numbers and of each particle's own.
constexpr char kAll[] =
    "input_scale: {factor: [0.5, 2]}, label_noise: {part: [0.1, 0.5]}, reduced_batch: {part: [0.5, "
    "1]}, initial_scale: {}, reparametrize: {whole: {scale: [0.5, 2]}, tensor: {scale: [0.5, 2]}, "
    "element: {scale: [0.5, 2]}}, storage: {of: parameters}, es_gradient: {probability: 0.3, "
    "pairs: "
    "[1, 3]}, delayed_gradient: {steps: [1, 4]}, subsampled_directions: {probability: 0.5, "
    "directions: [8, 32]}, normalized_gradient: {probability: 0.5}, gradient_noise: {}, "
    "loss_scale: "
    "{factor: [0.5, 2]}";

constexpr char kJob[] = R"(
name: augmented
seed: 21
optimizer: {{adafac_mlp: {{hidden: 4, step_multiplier: 0.1}}}}
tasks:
  - image_mlp: {{size: 4, hidden: [5], batch: 8}}
  - conv_net: {{size: 4, channels: [2], batch: 4}}
  - sample: {{image_mlp: {{width: [2, 6], layers: [1, 2], size: [4, 6], batch: [4, 8]}}}}
  - quadratic: {{dimension: 7, kind: target}}
augment: {{{}}}
episode: {{constant: {{steps: 12}}}}
estimator: {{nres: {{window: 3, sigma: 0.01}}, particles: 16, block: 2}}
outer: {{steps: 30, optimizer: {{sgd: {{learning_rate: 0.1}}}}}}
)";

v1::JobConfig Config(const std::vector<std::string>& overrides = {}) {
  const ParsedConfig parsed = ParseConfig(fmt::format(kJob, kAll), "job", overrides);
  EXPECT_TRUE(parsed.faults.empty()) << parsed.faults.front().message;
  return parsed.config;
}

std::shared_ptr<JobContext> Job(const v1::JobConfig& config) {
  auto job = JobContext::Create(config, SharedData());
  EXPECT_TRUE(job.ok()) << job.status();
  return *job;
}

using Windows = std::vector<std::vector<ParticleScalars>>;

Windows WindowsOf(const std::shared_ptr<JobContext>& job, uint32_t number, int64_t first,
                  int64_t last) {
  Block block(job, number);
  Windows windows;
  for (int64_t step = first; step <= last; ++step) {
    Floats theta = InitialTheta(job->layout(), job->config().seed());
    for (float& value : theta) value *= 1 + 0.01f * static_cast<float>(step % 3);
    auto scalars = block.RunWindow(step, theta);
    EXPECT_TRUE(scalars.ok()) << scalars.status();
    windows.push_back(*scalars);
  }
  return windows;
}

TEST(AugmentedJob, ABlockThatIsMadeAnewInTheMiddleHasTheSameBits) {
  const v1::JobConfig config = Config();
  for (const uint32_t number : {0u, 5u}) {
    const Windows whole = WindowsOf(Job(config), number, 0, 19);
    const auto elsewhere = Job(config);
    Block cursor(elsewhere, number);
    for (int64_t step = 0; step < 20; step += 3) {
      EXPECT_EQ(WindowsOf(elsewhere, number, cursor.EpisodeStart(step), step).back(),
                whole[static_cast<size_t>(step)]);
    }
  }
}

// Two workers' contexts, or one that was restarted.
TEST(AugmentedJob, EpisodesHaveTasksOfTheirOwnThatAreAlikeOnAllWorkers) {
  const auto job = Job(Config()), other = Job(Config());
  for (int index = 0; index < 4; ++index) {
    std::set<std::string> texts;
    for (uint32_t block = 0; block < 4; ++block) {
      for (const int64_t episode : {0, 4}) {
        const auto one = job->TaskOf(index, block, episode);
        const auto two = other->TaskOf(index, block, episode);
        ASSERT_TRUE(one.ok()) << one.status();
        EXPECT_EQ((*one)->config.SerializeAsString(), (*two)->config.SerializeAsString());
        EXPECT_EQ((*one)->engine, v1::ENGINE_FUSED);
        texts.insert((*one)->config.SerializeAsString());
      }
    }
    EXPECT_THAT(texts, SizeIs(8)) << index;
  }
}

TEST(AugmentedJob, HasTheSameBitsOnEveryInstructionSet) {
  const v1::JobConfig config = Config();
  const auto job = Job(config);
  const Floats theta = InitialTheta(job->layout(), 1);
  for (int index = 0; index < 4; ++index) {
    for (uint32_t block = 0; block < 3; ++block) {
      const auto task = job->TaskOf(index, block, 0);
      std::vector<Floats> losses;
      for (const lane::Target target : testing::RunnableTargets()) {
        const auto runs = MakeFusedRuns(config.optimizer(), *(*task)->task, 1, target);
        ASSERT_TRUE(runs->Start(0, kSeed, 8).ok());
        losses.emplace_back(8);
        ASSERT_TRUE(runs->Advance(std::vector<RunTheta>(1, {theta}), 8, losses.back()).ok());
        EXPECT_EQ(losses.back(), losses.front()) << lane::TargetName(target);
      }
    }
  }
}

TEST(AugmentedJob, ATasksOwnAugmentationsReplaceTheJobs) {
  v1::JobConfig config = Config({"engine=reference"});
  v1::Augmentations& own = *config.mutable_tasks(0)->mutable_augment();
  own.mutable_loss_scale()->set_probability(0);
  const auto task = Job(config)->TaskOf(0, 1, 2);
  ASSERT_TRUE(task.ok()) << task.status();
  EXPECT_EQ((*task)->task->augmented(), nullptr);
  EXPECT_NE((*Job(config)->TaskOf(1, 1, 2))->task->augmented(), nullptr);
}

TEST(AugmentedJob, TheTorchTierSaysThatItDoesNotRunThem) {
  v1::JobConfig config = Config();
  config.set_engine(v1::ENGINE_TORCH);
  const absl::Status status = JobContext::Create(config, SharedData()).status();
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("the torch engine does not run an augmented image_mlp"));
}

TEST(AugmentedJob, OnAGpuTheFusedTierIsThere) {
  const v1::JobConfig config = Config();
  const auto task = Job(config)->TaskOf(0, 0, 0);
  EXPECT_TRUE(CheckEngine((*task)->engine, (*task)->config, /*on_gpu=*/true).ok());
}

}  // namespace
}  // namespace paceline
