// One inner step's loss and gradient of a network by the fused tier, beside plain LibTorch on one
// thread and as a part of the multiply-adds that this processor can do. Inputs are random, so no
// data set is needed.
//   bench_network [seconds for each] [task...]      a task as in a config: "{vit: {size: 16}}"
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <fmt/format.h>
#include <time.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "common/base/aligned_floats.h"
#include "common/lane/dispatch.h"
#include "common/network/cost.h"
#include "common/noise/streams.h"
#include "common/task/facts.h"
#include "common/task/families.h"
#include "worker/bench/cases.h"
#include "worker/bench/machine.h"
#include "worker/bench/peak_kernel.h"
#include "worker/network/fused/fused_network.h"
#include "worker/network/initial.h"
#include "worker/network/torch/plain.h"
#include "worker/network/torch/run_torch.h"

namespace paceline {

namespace {

const std::vector<std::string> kTasks = {
    "{image_mlp: {hidden: [128, 128], size: 16, norm: layer}}",
    "{conv_net: {channels: [16, 32], size: 8}}",
    "{conv_net: {channels: [16, 32], size: 28, norm: batch}}",
    "{resnet: {size: 16, blocks: [1, 1, 1, 1], channels: [16, 16, 32, 32], stem_channels: 16}}",
    "{autoencoder: {hidden: [128, 32, 128], size: 28}}",
    "{vae: {encoder: [128], decoder: [128], size: 16}}",
    "{rnn_lm: {cell: vanilla, vocabulary: 512}}",
    "{rnn_lm: {cell: gru, vocabulary: 512}}",
    "{rnn_lm: {cell: lstm, vocabulary: 512}}",
    "{transformer_lm: {vocabulary: 512, width: 128, batch: 64, length: 32}}",
    "{vit: {size: 16, patch: 4, width: 64, heads: 4, mlp: 128}}",
    "{mlp_mixer: {size: 16, patch: 4, width: 64}}",
    "{quadratic: {kind: spectrum, dimension: 1000}}",
};

NetworkInputs RandomInputs(const Network& network) {
  NetworkInputs inputs;
  for (uint32_t i = 0; i < network.inputs.size(); ++i) {
    const NetworkInput& input = network.inputs[i];
    const auto size = static_cast<size_t>(ElementsOf(input.shape));
    const Stream stream = {.key = 1, .purpose = Purpose::kBatch, .step = i};
    HostArray& array = inputs.arrays.emplace_back();
    if (input.kind != InputKind::kTokens && input.kind != InputKind::kLabels) {
      array.floats.resize(size);
      FillNormals(stream, 0, array.floats);
      continue;
    }
    const uint32_t values = input.kind == InputKind::kTokens ? 250 : 10;
    std::vector<uint32_t> words(size);
    FillWords(stream, 0, words);
    for (const uint32_t word : words) array.tokens.push_back(static_cast<int32_t>(word % values));
  }
  inputs.draws.resize(static_cast<size_t>(network.draw_floats()));
  FillDraws(network, {.key = 1, .purpose = Purpose::kTaskDraw}, inputs.draws);
  inputs.episode.resize(static_cast<size_t>(network.episode_floats()));
  FillEpisode(network, {.key = 1, .purpose = Purpose::kTaskDynamic}, inputs.episode);
  return inputs;
}

// Of this thread: others may have the processor, too.
double ProcessorSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Calls of step() a second, the best of many short measurements.
double BestRate(double seconds, const std::function<void()>& step) {
  step();
  const double begin = ProcessorSeconds();
  double best = 0;
  do {
    const double own = ProcessorSeconds();
    int steps = 0;
    do {
      step();
      ++steps;
    } while (ProcessorSeconds() - own < 0.02);
    best = std::max(best, steps / (ProcessorSeconds() - own));
  } while (ProcessorSeconds() - begin < seconds);
  return best;
}

// Multiply-adds on registers alone, two operations each.
double PeakGflops(double seconds) {
  const lane::Target target = lane::ActiveTarget();
  const auto function = target == lane::Target::kAvx512 ? simd_Avx512::FusedMultiplyAdds
                        : target == lane::Target::kAvx2 ? simd_Avx2::FusedMultiplyAdds
                                                        : simd_Scalar::FusedMultiplyAdds;
  constexpr long kRounds = 100'000;
  float numbers[kMostPeakNumbers] = {};
  size_t count = 0;
  const double rate = BestRate(seconds, [&] { count = function(kRounds, numbers); });
  return 2e-9 * kRounds * static_cast<double>(count) * rate;
}

void PlainStep(const Network& network, const NetworkInputs& inputs,
               const std::vector<float>& parameters) {
  const at::AutoGradMode with_autograd(true);
  std::vector<at::Tensor> leaves;
  for (const ParameterTensor& tensor : network.tensors) {
    float* const at = const_cast<float*>(parameters.data()) + tensor.offset;
    leaves.push_back(at::from_blob(at, tensor.shape, at::kFloat).requires_grad_());
  }
  torch::autograd::grad({RunPlain(network, leaves, inputs).loss}, leaves, {}, std::nullopt,
                        /*create_graph=*/false, /*allow_unused=*/true);
}

void Measure(const v1::Task& task, double seconds) {
  const TaskFacts facts = FactsOf(task);
  const Network network = *NetworkOf(task);
  const NetworkInputs inputs = RandomInputs(network);
  std::vector<float> parameters(facts.parameter_count()), gradient(parameters.size());
  FillInitial(network, {.key = 2, .purpose = Purpose::kTaskInit}, inputs.episode, parameters);
  const FusedNetwork fused(network);
  AlignedFloats scratch(fused.scratch_size());
  const double peak = PeakGflops(0.5);
  const double steps = BestRate(
      seconds, [&] { fused.LossAndGradient(inputs, parameters, gradient, scratch.span()); });
  const double plain = BestRate(seconds, [&] { PlainStep(network, inputs, parameters); });
  const double gflops = 1e-9 * steps * facts.flops;
  fmt::print("{:>9.1f} {:>9.1f} {:>6.1f} {:>9.1f} {:>6.2f} {:>8.1f}  {}: {}\n", steps, gflops,
             100 * gflops / peak, plain, steps / plain,
             4e-6 * static_cast<double>(fused.scratch_size()), facts.article_and_name, facts.text);
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  using namespace paceline;
  UseOneTorchThread();
  const double seconds = argc > 1 ? std::atof(argv[1]) : 2;
  fmt::print("{}, {:.1f} GFLOP/s on one thread\n", MachineName(), PeakGflops(1));
  fmt::print("  STEPS/S  GFLOP/S % PEAK  LIBTORCH  TIMES SCRATCH MB\n");
  for (const std::string& yaml :
       argc > 2 ? std::vector<std::string>(argv + 2, argv + argc) : kTasks) {
    const auto task = ParseTask(yaml);
    if (!task.ok() || NetworkFamilyOf(*task) == nullptr) {
      std::cerr << yaml << ": " << (task.ok() ? "no network" : std::string(task.status().message()))
                << "\n";
      return 1;
    }
    Measure(*task, seconds);
  }
}
