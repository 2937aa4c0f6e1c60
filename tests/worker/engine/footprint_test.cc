// What common/footprint says of a config, against what the engine allocates.
#include "common/footprint/footprint.h"

#include <malloc.h>

#include "common/config/config.h"
#include "common/footprint/tensors.h"
#include "common/lopt/family.h"
#include "common/task/facts.h"
#include "gtest/gtest.h"
#include "worker/engine/block.h"
#include "worker/optim/optimizer.h"

namespace paceline {
namespace {

v1::JobConfig Config(const std::string& optimizer, const std::string& task) {
  auto config =
      LoadConfig("configs/fashion-mlp.yaml",
                 std::vector<std::string>{"optimizer=" + optimizer, "tasks=[" + task + "]"});
  EXPECT_TRUE(config.ok()) << config.status();
  return *config;
}

// Every family as it is by default, and what takes more or less.
std::vector<std::string> Optimizers() {
  std::vector<std::string> optimizers = {
      "{mu_adafac_mlp: {hidden: 32}}", "{mlp_nom_lopt: {hidden: 32}}",
      "{linear: {clip: {element: 1}, momentum_decays: [0.9, 0.99]}}",
      "{adafac_mlp: {features: [gradient, hessian_diagonal], update_rms: {}}}",
      "{mlp_lopt: {features: [time, kronecker], clip: {global_norm: 1}}}"};
  for (const Family& family : Families()) {
    if (family.kind == v1::LearnedOptimizer::kSystemParameters) continue;
    optimizers.push_back("{" + family.name + ": {}}");
  }
  return optimizers;
}

const char* const kTasks[] = {
    "{image_mlp: {size: 8, hidden: [32]}}",
    "{image_mlp: {size: 9, hidden: [17, 70, 5], batch: 33}}",
    "{image_mlp: {size: 28, hidden: [128, 128]}}",
    "{quadratic: {dimension: 100}}",
};

TEST(FootprintOfTheEngine, ShapesAndStateAreTheEnginesOwn) {
  DataStore data;
  for (const std::string& optimizer : Optimizers()) {
    for (const char* task_yaml : kTasks) {
      const v1::JobConfig config = Config(optimizer, task_yaml);
      const auto task = MakeTask(config.tasks(0), data);
      ASSERT_TRUE(task.ok()) << task.status();
      EXPECT_EQ(FactsOf(config.tasks(0)).parameter_count(), (*task)->parameter_count())
          << task_yaml;
      const auto made = MakeOptimizer(config.optimizer(), (*task)->parameters(), Arithmetic::kSimd);
      EXPECT_EQ(StateFloats(config.optimizer(), config.tasks(0)), made->state_size())
          << optimizer << " " << task_yaml;
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
  std::vector<std::pair<std::string, const char*>> cases = {
      {"{system_parameters: {initial: [1]}}", "{influence_balancing: {}}"},
      {"{system_parameters: {initial: [1, 2]}}", "{lorenz: {}}"}};
  for (const std::string& optimizer : Optimizers()) {
    for (const char* task : kTasks) cases.push_back({optimizer, task});
  }
  for (const auto& [optimizer, task] : cases) {
    v1::JobConfig config = Config(optimizer, task);
    config.mutable_estimator()->mutable_nres()->set_window(2);
    const auto job = JobContext::Create(config, data);
    ASSERT_TRUE(job.ok()) << job.status();
    const std::vector<float> theta(InitialTheta((*job)->layout(), 1));
    const size_t before = HeapBytes();
    Block block(*job, 0);
    ASSERT_TRUE(block.RunWindow(0, theta).ok());
    const auto taken = static_cast<double>(HeapBytes() - before);
    const auto said = static_cast<double>(FootprintOf(config).block_bytes);
    EXPECT_NEAR(said, taken, 0.15 * taken + 20'000) << optimizer << " " << task;
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
