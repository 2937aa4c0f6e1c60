// A block that was saved, restored elsewhere and continued has the bits of one that never was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/footprint/footprint.h"
#include "common/lopt/curvature.h"
#include "common/lopt/layout.h"
#include "common/task/augment.h"
#include "common/tier/tier.h"
#include "tests/testing/samples.h"
#include "tests/testing/shared_data.h"
#include "worker/engine/block.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

constexpr char kJob[] = R"(
name: snapshot
seed: 21
optimizer: {learnable_sgd: {learning_rate: 0.05}}
tasks:
  - image_mlp: {dataset: fashion_mnist, size: 4, hidden: [5], activation: relu, batch: 4}
episode: {constant: {steps: 12}}
estimator: {nres: {window: 3, sigma: 0.01}, particles: 4, block: 2}
outer: {steps: 30, optimizer: {sgd: {learning_rate: 0.1}}}
)";

v1::JobConfig Config(const std::vector<std::string>& overrides = {}) {
  const ParsedConfig parsed = ParseConfig(kJob, "job", overrides);
  EXPECT_TRUE(parsed.faults.empty()) << parsed.faults.front().message;
  return parsed.config;
}

std::shared_ptr<JobContext> Job(const v1::JobConfig& config) {
  auto job = JobContext::Create(config, SharedData());
  EXPECT_TRUE(job.ok()) << job.status();
  return *job;
}

std::vector<float> ThetaAt(const JobContext& job, int64_t step) {
  std::vector<float> theta = InitialTheta(job.layout(), job.config().seed());
  for (float& value : theta) value *= 1 + 0.01f * static_cast<float>(step % 3);
  return theta;
}

std::vector<ParticleScalars> RunWindow(Block& block, const JobContext& job, int64_t step) {
  auto scalars = block.RunWindow(step, ThetaAt(job, step));
  EXPECT_TRUE(scalars.ok()) << scalars.status();
  return scalars.ok() ? *scalars : std::vector<ParticleScalars>();
}

absl::Status Restore(Block& block, int64_t next_step, const TensorFile& saved) {
  const std::string bytes = SerializeSafetensors(saved);
  const auto view = ViewSafetensors(bytes);
  EXPECT_TRUE(view.ok()) << view.status();
  return block.Restore(next_step, *view);
}

// Saves the block after each of its windows inside an episode, and goes on with it in another
// worker's place. How often it was saved.
int ExpectTheSameBits(const v1::JobConfig& config, uint32_t number, int64_t steps) {
  constexpr int64_t kFurther = 3;
  const auto job = Job(config), elsewhere = Job(config);
  Block block(job, number);
  std::vector<std::vector<ParticleScalars>> whole;
  std::vector<std::pair<int64_t, TensorFile>> saved;
  for (int64_t step = 0; step < steps; ++step) {
    whole.push_back(RunWindow(block, *job, step));
    if (block.EpisodeStart(step + 1) == step + 1) continue;
    auto state = block.Save();
    EXPECT_TRUE(state.ok()) << state.status();
    if (state.ok()) saved.emplace_back(step + 1, *std::move(state));
  }
  for (const auto& [next, state] : saved) {
    Block heir(elsewhere, number);
    EXPECT_EQ(Restore(heir, next, state), absl::OkStatus());
    for (int64_t step = next; step < std::min(next + kFurther, steps); ++step) {
      EXPECT_EQ(RunWindow(heir, *elsewhere, step), whole[step])
          << "saved at " << next << ", " << step;
    }
  }
  return static_cast<int>(saved.size());
}

std::vector<v1::Engine> EnginesOf(const v1::JobConfig& config) {
  std::vector<v1::Engine> engines;
  for (const v1::Engine engine : {v1::ENGINE_REFERENCE, v1::ENGINE_FUSED, v1::ENGINE_TORCH}) {
    if (CheckEngine(engine, TrainedTask(config, 0), /*on_gpu=*/false).ok())
      engines.push_back(engine);
  }
  return engines;
}

void ExpectTheSameBitsOnAllTiers(v1::JobConfig config, int64_t steps = 6) {
  for (const v1::Engine engine : EnginesOf(config)) {
    config.set_engine(engine);
    EXPECT_GT(ExpectTheSameBits(config, 1, steps), 0) << TierName(engine);
  }
}

TEST(BlockSnapshotTest, OfEveryOptimizerOnEveryTier) {
  for (const v1::LearnedOptimizer& optimizer : Samples()) {
    SCOPED_TRACE(optimizer.ShortDebugString());
    v1::JobConfig config = Config();
    *config.mutable_optimizer() = optimizer;
    ExpectTheSameBitsOnAllTiers(config);
  }
}

TEST(BlockSnapshotTest, OfEveryEstimatorThatCarriesState) {
  for (const char* estimator : {
           "estimator.nres={window: 3, sigma: 0.02}",
           "estimator.pes={window: 3, sigma: 0.02}",
           "estimator.gpes={window: 3, period: 6, sigma: 0.02}",
           "estimator.truncated_es={window: 3, sigma: 0.02}",
           "estimator.truncated_es={window: 3, sigma: 0.02, carry: unperturbed}",
       }) {
    for (const char* antithetic : {"estimator.antithetic=true", "estimator.antithetic=false"}) {
      SCOPED_TRACE(std::string(estimator) + " " + antithetic);
      ExpectTheSameBitsOnAllTiers(
          Config({estimator, antithetic, "optimizer.adafac_mlp={hidden: 4}"}), 8);
    }
  }
}

TEST(BlockSnapshotTest, OfEveryObjective) {
  for (const char* objective : {
           "objective.steps_to_target={target: 2.3, decay: 0.8}",
           "objective.held_out_loss={split: outer_valid}",
           "objective.final_loss={split: inner_valid}",
           "objective.accuracy={split: outer_valid}",
       }) {
    SCOPED_TRACE(objective);
    ExpectTheSameBitsOnAllTiers(Config({objective}), 8);
  }
}

// Norms, dropout, draws of episodes and of tasks; systems, whose state is in double.
TEST(BlockSnapshotTest, OfTasksOfEveryFamily) {
  for (const char* task : {
           "sample: {conv_net: {channels: [2, 4], layers: [1, 2], size: [4, 6], batch: [4, 6]}}",
           "resnet: {size: 8, blocks: [1, 1, 1, 1], channels: [4, 4, 8, 8], stem_channels: 4, "
           "batch: 3}",
           "vae: {size: 4, encoder: [6], decoder: [6], latent: 3, batch: 4, activation: any}",
           "rnn_lm: {cell: gru, embedding: 4, hidden: 6, batch: 3, length: 5}",
           "transformer_lm: {width: 8, heads: 2, key_size: 4, batch: 3, length: 5, dropout: 0.1}",
           "image_mlp: {hidden: [6], norm: layer, dropout: 0.2, activation: any, init: any, batch: "
           "4}",
           "quadratic: {kind: noisy_gradient, dimension: 7}",
           "graph_net: {nodes: 6, communities: 2, degree: 2, hidden: [4], batch: 3}",
           "rnn_lm: {text: {synthetic: {ngram: {symbols: 4}}}, cell: gru, embedding: 4, hidden: 6, "
           "batch: 3, length: 5}",
       }) {
    SCOPED_TRACE(task);
    const v1::JobConfig config = Config({std::string("tasks=[{") + task + "}]"});
    EXPECT_GT(ExpectTheSameBits(config, 1, 6), 0);
  }
}

// A delay's parameters, scales of each particle's own, ES in place of back-propagation.
TEST(BlockSnapshotTest, OfAugmentedTasks) {
  for (const char* augment : {
           "{delayed_gradient: {steps: [1, 1]}}",
           "{delayed_gradient: {steps: [5, 5]}, storage: {}, reparametrize: {element: {scale: "
           "[0.5, "
           "2]}}}",
           "{delayed_gradient: {steps: [0, 4]}, es_gradient: {probability: 0.5, pairs: [2, 2]}, "
           "gradient_noise: {}, label_noise: {}, reduced_batch: {part: [0.3, 1]}, loss_scale: {}}",
       }) {
    SCOPED_TRACE(augment);
    const v1::JobConfig config = Config({std::string("augment=") + augment});
    ExpectTheSameBitsOnAllTiers(config, 8);
  }
}

TEST(BlockSnapshotTest, OfDynamicalSystems) {
  for (const auto& [task, theta] :
       std::vector<std::pair<std::string, std::string>>{{"influence_balancing: {}", "[0.5]"},
                                                        {"lorenz: {}", "[10, 28]"},
                                                        {"toy_schedule: {}", "[-3, -4]"}}) {
    SCOPED_TRACE(task);
    ExpectTheSameBitsOnAllTiers(Config(
        {"tasks=[{" + task + "}]", "optimizer={system_parameters: {initial: " + theta + "}}"}));
  }
}

// Some learning rates explode: their particles begin episodes of their own, within the block's.
TEST(BlockSnapshotTest, WithDivergedParticles) {
  v1::JobConfig config = Config({"estimator.nres={window: 10, sigma: 20}", "estimator.block=4",
                                 "tasks=[{quadratic: {dimension: 7, kind: target}}]",
                                 "episode.constant={steps: 100}"});
  config.mutable_estimator()->set_particles(8);
  Block block(Job(config), 1);
  int diverged = 0;
  for (int64_t step = 0; step < 9; ++step) {
    for (const auto& particle : RunWindow(block, *Job(config), step)) diverged += particle.diverged;
  }
  ASSERT_GT(diverged, 0);
  ASSERT_LT(diverged, 9 * 4);
  for (const v1::Engine engine : EnginesOf(config)) {
    config.set_engine(engine);
    EXPECT_GT(ExpectTheSameBits(config, 1, 9), 4);
  }
}

// First episodes are cut; full ES has one of its own for every window.
TEST(BlockSnapshotTest, NothingIsToBeRestoredWhereAnEpisodeBegins) {
  const auto job = Job(Config());
  Block block(job, 1), heir(job, 1);
  EXPECT_TRUE(absl::IsFailedPrecondition(block.Save().status()));
  int borders = 0;
  for (int64_t step = 0; step < 12; ++step) {
    RunWindow(block, *job, step);
    if (block.EpisodeStart(step + 1) <= step) continue;
    ++borders;
    EXPECT_TRUE(absl::IsInvalidArgument(Restore(heir, step + 1, *block.Save())));
  }
  EXPECT_GT(borders, 2);
}

TEST(BlockSnapshotTest, IsAsLargeAsItsConfigSays) {
  for (const auto& [name, optimizer] : FamilySamples()) {
    v1::JobConfig config = Config();
    // With what a delay keeps, where the optimizer takes tasks that have one.
    if (CurvatureOf(optimizer).none()) {
      config = Config({"augment.delayed_gradient={steps: [2, 2]}"});
    }
    *config.mutable_optimizer() = optimizer;
    const auto job = Job(config);
    Block block(job, 0);
    RunWindow(block, *job, 0);
    uint64_t bytes = 0;
    const TensorFile saved = *block.Save();
    for (const auto& [_, tensor] : saved.tensors) bytes += tensor.data.size();
    EXPECT_EQ(FootprintOf(config).snapshot_bytes, bytes) << name;
    EXPECT_LT(SerializeSafetensors(saved).size(), bytes + 1000);
  }
}

struct Fault {
  const char* tensor;
  void (*damage)(TensorFile&, const std::string& tensor);
  const char* complaint;
};

// What a checksum does not notice, because its writer was of another mind.
TEST(BlockSnapshotTest, AStateThatNoBlockOfTheJobHasIsRefused) {
  const auto lose = [](TensorFile& file, const std::string& tensor) { file.tensors.erase(tensor); };
  const auto halve = [](TensorFile& file, const std::string& tensor) {
    Tensor& own = file.tensors[tensor];
    own.shape[0] /= 2;
    own.data.resize(own.data.size() / 2);
  };
  const auto retype = [](TensorFile& file, const std::string& tensor) {
    file.tensors[tensor].dtype = DType::kBf16;
    file.tensors[tensor].data.resize(file.tensors[tensor].data.size() / 2);
  };
  const auto narrow = [](TensorFile& file, const std::string& tensor) {
    Tensor& own = file.tensors[tensor];
    const size_t column = own.data.size() / static_cast<size_t>(own.shape[1]);
    --own.shape[1];
    own.data.resize(own.data.size() - column);
  };
  const auto shift = [](TensorFile& file, const std::string& tensor) {
    file.tensors[tensor].data[0] = 99;
  };
  const std::vector<Fault> faults = {
      {"particle/start", lose, "there is no tensor particle/start"},
      {"particle/start", halve, "does not begin with [2]"},
      {"particle/start", shift, "began outside of its episode"},
      {"particle/restart", lose, "there is no tensor particle/restart"},
      {"run/parameters", lose, "there is no tensor run/parameters"},
      {"run/parameters", halve, "does not begin with [4]"},
      {"run/parameters", retype, "is of another type"},
      {"run/parameters", narrow, "a run of"},
      {"run/state", lose, "there is no tensor run/state"},
      {"run/state", narrow, "numbers of optimizer state"},
      {"run/system", lose, "there is no tensor run/system"},
      {"run/history", lose, "there is no tensor run/history"},
      {"run/progress", lose, "there is no tensor run/progress"},
      {"run/progress", narrow, "does not begin with [4, 3]"},
  };
  const auto job = Job(Config({"optimizer.learnable_adam={}"}));
  Block block(job, 0);
  int64_t step = 0;
  do {
    RunWindow(block, *job, step);
    ++step;
  } while (block.EpisodeStart(step) == step);
  const TensorFile saved = *block.Save();
  for (const Fault& fault : faults) {
    TensorFile damaged = saved;
    fault.damage(damaged, fault.tensor);
    Block heir(job, 0);
    const absl::Status status = Restore(heir, step, damaged);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << fault.tensor << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(fault.complaint));
    // It can be re-made yet.
    RunWindow(heir, *job, heir.EpisodeStart(step));
  }
}

}  // namespace
}  // namespace paceline
