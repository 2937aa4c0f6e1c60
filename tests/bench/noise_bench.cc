// Speed of the random numbers; the coordinator draws particles × P normals per outer step.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "common/lane/dispatch.h"
#include "common/noise/streams.h"
#include "common/noise/streams_kernel.h"

namespace paceline {
namespace {

constexpr Stream kStream = {.key = 1, .purpose = Purpose::kPerturbation, .particle = 3};
constexpr PhiloxPlace kPlace = {{1, 0}, {0, 0, 3 << 8 | 2}};

void Report(benchmark::State& state, size_t count) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * count));
}

void BM_FillWords(benchmark::State& state) {
  std::vector<uint32_t> out(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    FillWords(kStream, 0, out);
    benchmark::DoNotOptimize(out.data());
  }
  Report(state, out.size());
}
BENCHMARK(BM_FillWords)->Arg(2409)->Arg(1 << 20);

void BM_AddScaledNormals(benchmark::State& state) {
  std::vector<float> sum(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    AddScaledNormals(0.1f, kStream, 0, sum);
    benchmark::DoNotOptimize(sum.data());
  }
  Report(state, sum.size());
  state.SetLabel(lane::TargetName(lane::ActiveTarget()));
}
BENCHMARK(BM_AddScaledNormals)->Arg(197)->Arg(2409)->Arg(1 << 20);

template <auto kKernel>
void BM_Variant(benchmark::State& state) {
  std::vector<float> sum(2409);
  for (auto _ : state) {
    kKernel(kPlace, 0, 0.1f, sum.data(), sum.data(), sum.size());
    benchmark::DoNotOptimize(sum.data());
  }
  Report(state, sum.size());
}
BENCHMARK(BM_Variant<simd_Scalar::AddScaledNormals>)->Name("BM_AddScaledNormals/scalar");
// Meaningful only where ActiveTarget() can be these.
void RegisterVariants() {
  const lane::Target best = lane::ActiveTarget();
  if (best >= lane::Target::kAvx2) {
    benchmark::RegisterBenchmark("BM_AddScaledNormals/avx2",
                                 BM_Variant<simd_Avx2::AddScaledNormals>);
  }
  if (best >= lane::Target::kAvx512) {
    benchmark::RegisterBenchmark("BM_AddScaledNormals/avx512",
                                 BM_Variant<simd_Avx512::AddScaledNormals>);
  }
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  paceline::RegisterVariants();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
