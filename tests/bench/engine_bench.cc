// Inner steps per second of the tiers on the 64-32-10 image MLP (2,410 parameters, batch 128), one
// thread, beside the machine's own peak of fused multiply-adds in the same run.
//
// Counters: items_per_second = inner steps; GFLOP/s over what a step needs: 1.9 MFLOP of task plus
// 0.9 (AdafacMLP, hidden 4) or 6.5 MFLOP (MLPLOpt, hidden 32, time features folded) of optimizer.
#include <benchmark/benchmark.h>

#include "common/lane/dispatch.h"
#include "common/lopt/layout.h"
#include "worker/engine/inner_runs.h"

namespace paceline {

namespace simd_Scalar {
float FusedMultiplyAdds(long rounds, int* lanes);
}
namespace simd_Avx2 {
float FusedMultiplyAdds(long rounds, int* lanes);
}
namespace simd_Avx512 {
float FusedMultiplyAdds(long rounds, int* lanes);
}

namespace {

void Peak(benchmark::State& state) {
  const lane::Target target = lane::ActiveTarget();
  const auto function = target == lane::Target::kAvx512 ? simd_Avx512::FusedMultiplyAdds
                        : target == lane::Target::kAvx2 ? simd_Avx2::FusedMultiplyAdds
                                                        : simd_Scalar::FusedMultiplyAdds;
  constexpr long kRounds = 100000;
  int lanes = 0;
  for (auto _ : state) benchmark::DoNotOptimize(function(kRounds, &lanes));
  state.SetLabel(lane::TargetName(target));
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * kRounds * lanes * state.iterations(), benchmark::Counter::kIsRate);
}
BENCHMARK(Peak)->Name("peak of fused multiply-adds")->Unit(benchmark::kMillisecond);

void InnerSteps(benchmark::State& state, v1::Engine engine, const v1::LearnedOptimizer& optimizer,
                double megaflop_per_step) {
  v1::Task config;
  v1::ImageMlp& mlp = *config.mutable_image_mlp();
  mlp.set_dataset(v1::DATASET_FASHION_MNIST);
  mlp.set_size(8);
  mlp.add_hidden(32);
  mlp.set_activation(v1::ACTIVATION_RELU);
  mlp.set_batch(128);
  DataStore data("/usr/share/datasets");
  const auto task = MakeTask(config, data);
  if (!task.ok()) return state.SkipWithError(task.status().ToString().c_str());
  constexpr int kRuns = 32, kSteps = 10;
  auto runs = MakeRuns(engine, optimizer, config, **task, kRuns).value();
  const std::vector<float> theta = InitialTheta(LayoutOf(optimizer), 1);
  const std::vector<RunTheta> thetas(kRuns, {theta});
  std::vector<float> losses(kRuns * kSteps);
  for (int run = 0; run < kRuns; ++run) {
    const RunSeed seed{1, static_cast<uint32_t>(run) / 2, 0};
    if (!runs->Start(run, seed).ok()) return state.SkipWithError("Start failed");
  }
  for (auto _ : state) {
    if (!runs->Advance(thetas, kSteps, losses).ok()) return state.SkipWithError("Advance failed");
  }
  const double steps = static_cast<double>(kRuns * kSteps) * state.iterations();
  state.SetItemsProcessed(static_cast<int64_t>(steps));
  state.counters["GFLOP/s"] =
      benchmark::Counter(1e-3 * megaflop_per_step * steps, benchmark::Counter::kIsRate);
}

v1::LearnedOptimizer Adafac() {
  v1::LearnedOptimizer optimizer;
  optimizer.mutable_adafac_mlp()->set_hidden(4);
  optimizer.mutable_adafac_mlp()->set_layers(2);
  optimizer.mutable_adafac_mlp()->set_step_multiplier(0.001);
  optimizer.mutable_adafac_mlp()->set_exp_multiplier(0.001);
  return optimizer;
}

v1::LearnedOptimizer MlpLopt() {
  v1::LearnedOptimizer optimizer;
  optimizer.mutable_mlp_lopt()->set_hidden(32);
  optimizer.mutable_mlp_lopt()->set_layers(2);
  optimizer.mutable_mlp_lopt()->set_step_multiplier(0.001);
  optimizer.mutable_mlp_lopt()->set_exp_multiplier(0.001);
  return optimizer;
}

BENCHMARK_CAPTURE(InnerSteps, fused / AdafacMLP_h4, v1::ENGINE_FUSED, Adafac(), 2.8)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(InnerSteps, fused / MLPLOpt_h32, v1::ENGINE_FUSED, MlpLopt(), 8.4)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(InnerSteps, torch / AdafacMLP_h4, v1::ENGINE_TORCH, Adafac(), 2.8)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(InnerSteps, torch / MLPLOpt_h32, v1::ENGINE_TORCH, MlpLopt(), 8.4)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace paceline

BENCHMARK_MAIN();
