// Time of one update of hand-designed optimizers at their defaults: an image MLP 64-32-10 (2,410
// parameters) and 784-128-128-10 (118,282).
//   bench_baseline --benchmark_filter=soap
#include <benchmark/benchmark.h>

#include <random>

#include "common/base/aligned_floats.h"
#include "worker/baselines/make.h"

namespace paceline {
namespace {

std::vector<ParameterTensor> MlpTensors(const std::vector<int64_t>& widths) {
  std::vector<ParameterTensor> tensors;
  size_t offset = 0;
  const auto add = [&](const std::vector<int64_t>& shape, int64_t elements) {
    const auto size = static_cast<size_t>(elements);
    tensors.push_back({"p" + std::to_string(tensors.size()), shape, offset, size});
    offset += size;
  };
  for (size_t i = 0; i + 1 < widths.size(); ++i) {
    add({widths[i], widths[i + 1]}, widths[i] * widths[i + 1]);
    add({widths[i + 1]}, widths[i + 1]);
  }
  return tensors;
}

AlignedFloats Normals(size_t size, float scale) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  AlignedFloats values(size);
  for (float& x : values.span()) x = scale * normal(random);
  return values;
}

void RunUpdates(benchmark::State& bench, const BaselineRule& rule,
                const std::vector<int64_t>& widths) {
  const std::vector<ParameterTensor> tensors = MlpTensors(widths);
  const size_t count = tensors.back().offset + tensors.back().size;
  v1::BaselineSetting setting;
  setting.set_rule(std::string(rule.key));
  const auto optimizer = MakeBaseline(setting, tensors).value();
  const auto prepared = optimizer->Prepare({});
  AlignedFloats parameters = Normals(count, 0.1f), state(optimizer->state_size());
  AlignedFloats scratch(optimizer->scratch_size());
  const AlignedFloats gradient = Normals(count, 0.01f);
  optimizer->InitState(*prepared, state.span());
  int64_t iteration = 0;
  for (auto _ : bench) {
    const InnerStep step = {
        .iteration = iteration++, .num_steps = 100000, .loss = 1, .gradient = gradient.data()};
    optimizer->Update(*prepared, step, parameters.span(), state.span(), scratch.span());
    benchmark::DoNotOptimize(parameters.data());
  }
  bench.counters["updates/s"] =
      benchmark::Counter(static_cast<double>(iteration), benchmark::Counter::kIsRate);
}

void Register(const std::string& name, const std::vector<int64_t>& widths) {
  for (const BaselineRule& rule : BaselineRules()) {
    benchmark::RegisterBenchmark(
        (std::string(rule.key) + "/" + name).c_str(),
        [&rule, widths](benchmark::State& bench) { RunUpdates(bench, rule, widths); })
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  paceline::Register("small", {64, 32, 10});
  paceline::Register("large", {784, 128, 128, 10});
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
