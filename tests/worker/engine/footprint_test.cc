// What common/footprint says of a config, against what the engine allocates.
#include "common/footprint/footprint.h"

#include <malloc.h>

#include <iostream>
#include <utility>

#include "common/config/config.h"
#include "common/config/optimizer.h"
#include "common/footprint/tensors.h"
#include "common/lopt/family.h"
#include "common/task/facts.h"
#include "gtest/gtest.h"
#include "tests/testing/samples.h"
#include "worker/engine/block.h"
#include "worker/optim/optimizer.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

v1::JobConfig Config(const v1::LearnedOptimizer& optimizer, const std::string& task) {
  const auto config =
      LoadConfig("configs/fashion-mlp.yaml",
                 std::vector{"optimizer=" + OptimizerJson(optimizer), "tasks=[" + task + "]"});
  EXPECT_TRUE(config.ok()) << config.status();
  return *config;
}

// Every sample, and every family as it is by default.
std::vector<v1::LearnedOptimizer> Optimizers() {
  std::vector<v1::LearnedOptimizer> optimizers = Samples();
  for (const Family& family : Families()) {
    if (family.kind == v1::LearnedOptimizer::kSystemParameters) continue;
    const auto optimizer = ParseOptimizer("{" + family.name + ": {}}", "test");
    EXPECT_TRUE(optimizer.ok()) << optimizer.status();
    optimizers.push_back(*optimizer);
  }
  return optimizers;
}

// The parameters of a system, as many as it has.
v1::LearnedOptimizer SystemParameters(int count) {
  v1::LearnedOptimizer optimizer;
  for (int i = 1; i <= count; ++i) optimizer.mutable_system_parameters()->add_initial(i);
  return optimizer;
}

v1::LearnedOptimizer AdafacMlp() { return *ParseOptimizer("{adafac_mlp: {hidden: 4}}", "test"); }

const char* const kTasks[] = {
    "{image_mlp: {size: 8, hidden: [32]}}",
    "{image_mlp: {size: 9, hidden: [17, 70, 5], batch: 33}}",
    "{image_mlp: {size: 28, hidden: [64]}}",
    "{quadratic: {dimension: 100}}",
};

// A task of every family of networks, of the sizes that its job in configs/ has.
const char* const kNetworks[] = {
    "{image_mlp: {hidden: [32, 32], norm: layer, dropout: 0.1, activation: any}}",
    "{conv_net: {channels: [8, 16], batch: 32}}",
    "{resnet: {blocks: [1, 1, 1, 1], channels: [8, 8, 16, 16], batch: 32, stem_channels: 8}}",
    "{autoencoder: {hidden: [32, 8, 32]}}",
    "{vae: {encoder: [32], decoder: [32], latent: 8, batch: 64}}",
    "{rnn_lm: {cell: gru, embedding: 16, hidden: 32, batch: 16, length: 16}}",
    "{rnn_lm: {cell: lstm, embedding: 16, hidden: 32, batch: 16, length: 16}}",
    "{transformer_lm: {key_size: 16}}",
    "{rnn_lm: {text: {synthetic: {modular_addition: {}}}, cell: gru, embedding: 16, hidden: 32, "
    "batch: 16, length: 16}}",
    "{graph_net: {hidden: [16, 16]}}",
    "{graph_net: {hidden: [16], layer: message_passing, target: graph}}",
    "{vit: {batch: 32}}",
    "{mlp_mixer: {tokens_mlp: 16, batch: 32}}",
    "{table_mlp: {table: {path: tables/iris.csv, target: species, features: 4, classes: 3}, "
    "hidden: [16, 16], batch: 16}}",
    "{policy_gradient: {hidden: [16], batch: 8, horizon: 50}}",
    "{quadratic: {kind: spectrum, dimension: 100}}",
};

TEST(FootprintOfTheEngine, ShapesAndStateAreTheEnginesOwn) {
  DataStore data;
  for (const v1::LearnedOptimizer& optimizer : Optimizers()) {
    for (const char* task_yaml : kTasks) {
      const v1::JobConfig config = Config(optimizer, task_yaml);
      const auto task = MakeTask(config.tasks(0), data);
      ASSERT_TRUE(task.ok()) << task.status();
      EXPECT_EQ(FactsOf(config.tasks(0)).parameter_count(), (*task)->parameter_count())
          << task_yaml;
      const auto made = MakeOptimizer(config.optimizer(), (*task)->parameters(), Arithmetic::kSimd);
      EXPECT_EQ(StateFloats(config.optimizer(), config.tasks(0)), made->state_size())
          << optimizer.ShortDebugString() << " " << task_yaml;
    }
  }
}

// Bytes in use by malloc.
size_t HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST(FootprintOfTheEngine, ABlockTakesWhatWasSaid) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "SKIPPED: a sanitizer's own heap says nothing of ours";
#endif
  DataStore data;
  std::vector<std::pair<v1::LearnedOptimizer, const char*>> cases = {
      {SystemParameters(1), "{influence_balancing: {}}"}, {SystemParameters(2), "{lorenz: {}}"}};
  for (const v1::LearnedOptimizer& optimizer : Optimizers()) {
    for (const char* task : kTasks) cases.push_back({optimizer, task});
  }
  for (const char* task : kNetworks) cases.push_back({AdafacMlp(), task});
  // What a thread takes once for all.
  cases.insert(cases.begin(), cases.back());
  bool counts = false;
  for (const auto& [optimizer, task] : cases) {
    v1::JobConfig config = Config(optimizer, task);
    config.mutable_estimator()->mutable_nres()->set_window(2);
    const auto job = JobContext::Create(config, data);
    if (absl::IsNotFound(job.status())) {
      std::cerr << "NOT TESTED: " << job.status().message() << "; run deploy/setup.sh\n";
      continue;
    }
    ASSERT_TRUE(job.ok()) << job.status();
    const std::vector<float> theta(InitialTheta((*job)->layout(), 1));
    const size_t before = HeapBytes();
    Block block(*job, 0);
    ASSERT_TRUE(block.RunWindow(0, theta).ok());
    const auto taken = static_cast<double>(HeapBytes() - before);
    const auto said = static_cast<double>(FootprintOf(config).block_bytes);
    if (!std::exchange(counts, true)) continue;
    EXPECT_NEAR(said, taken, 0.15 * taken + 20'000) << optimizer.ShortDebugString() << " " << task;
  }
}

// Runs that are not antithetic, a third run, and an objective with batches of its own.
TEST(FootprintOfTheEngine, ABlockOfAnyEstimatorAndObjectiveTakesWhatWasSaid) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "SKIPPED: a sanitizer's own heap says nothing of ours";
#endif
  DataStore data;
  for (const std::vector<std::string>& overrides : std::vector<std::vector<std::string>>{
           {"estimator.antithetic=false"},
           {"estimator.truncated_es={window: 2, carry: unperturbed}"},
           {"estimator.gpes={window: 2, period: 4}", "objective={held_out_loss: {}}"},
           {"estimator.nres.window=2", "objective={accuracy: {}}"}}) {
    const auto config = LoadConfig("configs/fashion-mlp.yaml", overrides);
    ASSERT_TRUE(config.ok()) << config.status();
    const auto job = JobContext::Create(*config, data);
    ASSERT_TRUE(job.ok()) << job.status();
    const std::vector<float> theta(InitialTheta((*job)->layout(), 1));
    const size_t before = HeapBytes();
    Block block(*job, 0);
    ASSERT_TRUE(block.RunWindow(0, theta).ok());
    const auto taken = static_cast<double>(HeapBytes() - before);
    const auto said = static_cast<double>(FootprintOf(*config).block_bytes);
    EXPECT_NEAR(said, taken, 0.15 * taken) << overrides.front();
  }
}

}  // namespace
}  // namespace paceline
