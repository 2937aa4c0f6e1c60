// Time of one outer step's gradient on the coordinator, by estimator, particles, parameters,
// threads.
#include <benchmark/benchmark.h>

#include <vector>

#include "common/estimator/gradient.h"
#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

void BM_Estimate(benchmark::State& state, Kind kind) {
  const auto particles = static_cast<uint32_t>(state.range(0));
  const auto parameters = static_cast<size_t>(state.range(1));
  const v1::JobConfig config = EstimatorConfig(kind, 50, 1000, particles, 8);
  GradientEstimator estimator(config, parameters, static_cast<int>(state.range(2)));
  const std::vector<ParticleScalars> scalars(particles,
                                             {.sum_plus = 2, .sum_minus = 1, .trained_steps = 50});
  for (auto _ : state) benchmark::DoNotOptimize(estimator.Estimate(scalars));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * particles * parameters));
}
void Sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"particles", "parameters", "threads"})
      ->Args({64, 197, 1})
      ->Args({64, 1762, 1})
      ->Args({1024, 2409, 1})
      ->Args({1024, 2409, 2})
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}
BENCHMARK_CAPTURE(BM_Estimate, nres, Kind::kNres)->Apply(Sizes);
BENCHMARK_CAPTURE(BM_Estimate, pes, Kind::kPes)->Apply(Sizes);

}  // namespace
}  // namespace paceline

BENCHMARK_MAIN();
