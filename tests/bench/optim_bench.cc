// Time of one optimizer update of the tensors of an image MLP 64-32-10 (2,410 parameters).
//   bench_optim --benchmark_filter=Adafac
#include <benchmark/benchmark.h>

#include <random>

#include "common/lane/dispatch.h"
#include "common/lopt/layout.h"
#include "worker/optim/make.h"

namespace paceline {
namespace {

std::vector<ParameterTensor> ImageMlpTensors() {
  return {{"mlp/~/linear_0/w", {64, 32}, 0, 2048},
          {"mlp/~/linear_0/b", {32}, 2048, 32},
          {"mlp/~/linear_1/w", {32, 10}, 2080, 320},
          {"mlp/~/linear_1/b", {10}, 2400, 10}};
}

v1::LearnedOptimizer Adafac(int hidden) {
  v1::LearnedOptimizer config;
  v1::AdafacMlp& own = *config.mutable_adafac_mlp();
  own.set_hidden(hidden);
  own.set_layers(2);
  own.set_step_multiplier(0.001);
  own.set_exp_multiplier(0.001);
  return config;
}

v1::LearnedOptimizer MlpLopt(int hidden) {
  v1::LearnedOptimizer config;
  v1::MlpLopt& own = *config.mutable_mlp_lopt();
  own.set_hidden(hidden);
  own.set_layers(2);
  own.set_step_multiplier(0.001);
  own.set_exp_multiplier(0.001);
  return config;
}

v1::LearnedOptimizer Adam() {
  v1::LearnedOptimizer config;
  v1::LearnableAdam& own = *config.mutable_learnable_adam();
  own.set_learning_rate(0.001);
  own.set_beta1(0.9);
  own.set_beta2(0.999);
  own.set_epsilon(1e-8);
  return config;
}

// As a task's buffers are: aligned to 64 bytes.
std::span<float> Aligned(std::vector<float>& storage, size_t size) {
  storage.assign(size + 16, 0.0f);
  return {storage.data() + (64 - reinterpret_cast<uintptr_t>(storage.data()) % 64) / 4 % 16, size};
}

void RunUpdates(benchmark::State& bench, const v1::LearnedOptimizer& config, lane::Target target) {
  if (target > lane::ActiveTarget()) {
    bench.SkipWithError("this processor cannot run it");
    return;
  }
  const auto optimizer = MakeOptimizerFor(config, ImageMlpTensors(), target);
  const auto prepared = optimizer->Prepare(InitialTheta(LayoutOf(config), 1));
  std::vector<float> storage[4];
  const auto gradient = Aligned(storage[0], 2410);
  const auto parameters = Aligned(storage[1], 2410);
  const auto state = Aligned(storage[2], optimizer->state_size());
  const auto scratch = Aligned(storage[3], optimizer->scratch_size());
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (float& g : gradient) g = 0.01f * normal(random);
  for (float& p : parameters) p = 0.1f * normal(random);
  optimizer->InitState(*prepared, state);
  int64_t iteration = 0;
  for (auto _ : bench) {
    const InnerStep step = {
        .iteration = iteration++, .num_steps = 1000, .loss = 1, .gradient = gradient.data()};
    optimizer->Update(*prepared, step, parameters, state, scratch);
    benchmark::DoNotOptimize(parameters.data());
  }
  bench.SetLabel(lane::TargetName(target));
}

void Register(const std::string& name, const v1::LearnedOptimizer& config) {
  for (const lane::Target target :
       {lane::Target::kScalar, lane::Target::kAvx2, lane::Target::kAvx512}) {
    benchmark::RegisterBenchmark(
        (name + "/" + lane::TargetName(target)).c_str(),
        [config, target](benchmark::State& bench) { RunUpdates(bench, config, target); })
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  paceline::Register("AdafacMlpHidden4", paceline::Adafac(4));
  paceline::Register("AdafacMlpHidden32", paceline::Adafac(32));
  paceline::Register("MlpLoptHidden32", paceline::MlpLopt(32));
  paceline::Register("LearnableAdam", paceline::Adam());
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
