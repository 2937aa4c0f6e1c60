// One inner step's loss and gradient of small networks: the fused tier beside plain LibTorch on one
// thread, as a part of the multiply-adds that this processor can do.
//   bench_network [seconds for each] [only names that have this in them]
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <fmt/format.h>
#include <time.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/aligned_floats.h"
#include "common/lane/dispatch.h"
#include "common/network/builder.h"
#include "common/network/cost.h"
#include "common/noise/streams.h"
#include "worker/bench/machine.h"
#include "worker/network/fused/fused_network.h"
#include "worker/network/initial.h"
#include "worker/network/torch/plain.h"
#include "worker/network/torch/run_torch.h"

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

// Layers of a network, their parameters numbered.
class Net {
 public:
  explicit Net(int64_t batch) : net(batch) {}

  Value Parameter(const Extents& shape, double scale) {
    return net.Parameter(fmt::format("p{}", count_++), shape, TensorKind::kOther,
                         {.kind = InitKind::kNormal, .scale = scale});
  }
  Value Ones(const Extents& shape) {
    return net.Parameter(fmt::format("p{}", count_++), shape, TensorKind::kOther,
                         {.kind = InitKind::kOnes});
  }
  Value Dense(Value x, int64_t out) {
    return net.Dense(x, Parameter({net.Last(x), out}, 0.1), Parameter({out}, 0));
  }
  Value Conv(Value x, int64_t out, const Window& window) {
    return net.Conv(x, Parameter({window.size, window.size, net.Last(x), out}, 0.1), window);
  }
  Value Relu(Value x) { return net.Activate(x, v1::ACTIVATION_RELU); }
  Value BatchNorm(Value x) {
    return net.BatchNorm(x, Ones({net.Last(x)}), Parameter({net.Last(x)}, 0), 1e-5, {});
  }
  Value LayerNorm(Value x) {
    return net.LayerNorm(x, Ones({net.Last(x)}), Parameter({net.Last(x)}, 0), 1e-5);
  }
  Network FinishClasses(Value logits, Value labels) {
    net.Classes(logits, labels);
    return net.Finish(net.MeanAll(net.CrossEntropy(logits, labels)), {.high = 10});
  }

  NetworkBuilder net;

 private:
  int count_ = 0;
};

Network ConvNet() {
  Net n(128);
  const Value images = n.net.Input(InputKind::kImages, {8, 8, 1});
  const Value labels = n.net.Input(InputKind::kLabels, {});
  Value x = n.net.Conv(images, n.Parameter({3, 3, 1, 16}, 0.3), {.size = 3, .stride = 2},
                       n.Parameter({16}, 0));
  x = n.net.Conv(n.Relu(x), n.Parameter({3, 3, 16, 32}, 0.1), {.size = 3}, n.Parameter({32}, 0));
  return n.FinishClasses(n.Dense(n.net.Mean(n.Relu(x), {1, 2}), 10), labels);
}

Value ResidualBlock(Net& n, Value x, int64_t out, int64_t stride) {
  Value y = n.Relu(n.BatchNorm(n.Conv(x, out, {.size = 3, .stride = stride})));
  y = n.BatchNorm(n.Conv(y, out, {.size = 3}));
  if (stride != 1 || n.net.Last(x) != out) x = n.Conv(x, out, {.size = 1, .stride = stride});
  return n.Relu(n.net.Add(x, y));
}

Network ResNet() {
  Net n(64);
  const Value images = n.net.Input(InputKind::kImages, {16, 16, 3});
  const Value labels = n.net.Input(InputKind::kLabels, {});
  Value x = n.Relu(n.BatchNorm(n.Conv(images, 16, {.size = 3})));
  x = ResidualBlock(n, x, 16, 1);
  x = ResidualBlock(n, x, 32, 2);
  x = ResidualBlock(n, x, 64, 2);
  return n.FinishClasses(n.Dense(n.net.Mean(x, {1, 2}), 10), labels);
}

Network LstmLm() {
  constexpr int64_t kEmbed = 64, kHidden = 128, kVocabulary = 512;
  Net n(128);
  const Value tokens = n.net.Input(InputKind::kTokens, {33});
  const Value x =
      n.net.Embed(n.net.Slice(tokens, 1, 0, 32), n.Parameter({kVocabulary, kEmbed}, 0.1));
  const Value y = n.net.Recurrent(
      RecurrentCell::kLstm, x,
      {n.Parameter({kEmbed + kHidden, 4 * kHidden}, 0.05), n.Parameter({4 * kHidden}, 0),
       n.Parameter({1, kHidden}, 0), n.Parameter({1, kHidden}, 0)});
  return n.FinishClasses(n.Dense(y, kVocabulary), n.net.Slice(tokens, 1, 1, 32));
}

Network TransformerLm() {
  constexpr int64_t kWidth = 128, kVocabulary = 512;
  Net n(64);
  const Value tokens = n.net.Input(InputKind::kTokens, {33});
  Value x = n.net.Embed(n.net.Slice(tokens, 1, 0, 32), n.Parameter({kVocabulary, kWidth}, 0.1));
  x = n.net.Add(x, n.Parameter({32, kWidth}, 0.1));
  const Value normed = n.LayerNorm(x);
  const Value attended =
      n.net.Attention(n.Dense(normed, kWidth), n.Dense(normed, kWidth), n.Dense(normed, kWidth),
                      {.count = 4, .scale = 0.176776695, .causal = true});
  x = n.net.Add(x, n.Dense(attended, kWidth));
  const Value hidden = n.net.Activate(n.Dense(n.LayerNorm(x), 4 * kWidth), v1::ACTIVATION_GELU);
  x = n.net.Add(x, n.Dense(hidden, kWidth));
  return n.FinishClasses(n.Dense(n.LayerNorm(x), kVocabulary), n.net.Slice(tokens, 1, 1, 32));
}

Network Autoencoder() {
  Net n(128);
  const Value images = n.net.Flatten(n.net.Input(InputKind::kImages, {28, 28, 1}));
  Value x = images;
  for (const int64_t width : {128, 32, 128}) x = n.Relu(n.Dense(x, width));
  const Value y = n.net.Sigmoid(n.Dense(x, 784));
  return n.net.Finish(n.net.MeanAll(n.net.Square(n.net.Subtract(y, images))), {.high = 10});
}

NetworkInputs RandomInputs(const Network& network, int32_t classes) {
  NetworkInputs inputs;
  for (uint32_t i = 0; i < network.inputs.size(); ++i) {
    const NetworkInput& input = network.inputs[i];
    const auto size = static_cast<size_t>(ElementsOf(input.shape));
    const Stream stream = {.key = 1, .purpose = Purpose::kBatch, .step = i};
    HostArray& array = inputs.arrays.emplace_back();
    if (input.kind == InputKind::kImages) {
      array.floats.resize(size);
      FillNormals(stream, 0, array.floats);
    } else {
      std::vector<uint32_t> words(size);
      FillWords(stream, 0, words);
      for (const uint32_t word : words) {
        array.tokens.push_back(static_cast<int32_t>(word % static_cast<uint32_t>(classes)));
      }
    }
  }
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
  int lanes = 0;
  float kept = 0;
  const double rate = BestRate(seconds, [&] { kept += function(kRounds, &lanes); });
  return std::isnan(kept) ? 0 : 2e-9 * kRounds * lanes * rate;
}

std::function<void()> PlainStep(const Network& network, const NetworkInputs& inputs,
                                const std::vector<float>& parameters) {
  return [&] {
    const at::AutoGradMode with_autograd(true);
    std::vector<at::Tensor> leaves;
    for (const ParameterTensor& tensor : network.tensors) {
      float* const at = const_cast<float*>(parameters.data()) + tensor.offset;
      leaves.push_back(at::from_blob(at, tensor.shape, at::kFloat).requires_grad_());
    }
    torch::autograd::grad({RunPlain(network, leaves, inputs).loss}, leaves);
  };
}

void Measure(const std::string& name, const Network& network, int32_t classes, double seconds) {
  const NetworkInputs inputs = RandomInputs(network, classes);
  const ParameterTensor& last = network.tensors.back();
  std::vector<float> parameters(last.offset + last.size), gradient(parameters.size());
  FillInitial(network, {.key = 2, .purpose = Purpose::kTaskInit}, inputs.episode, parameters);
  const FusedNetwork fused(network);
  AlignedFloats scratch(fused.scratch_size());
  const double peak = PeakGflops(0.5);
  const double steps = BestRate(
      seconds, [&] { fused.LossAndGradient(inputs, parameters, gradient, scratch.span()); });
  const double plain = BestRate(seconds, PlainStep(network, inputs, parameters));
  const double gflops = 1e-9 * steps * CostOf(network).flops;
  fmt::print(
      "{:<16} {:>9.1f} steps/s {:>7.1f} GFLOP/s {:>5.1f} % of {:.0f}, {:>5.1f} MB; LibTorch "
      "{:>8.1f} steps/s, {:.2f}×\n",
      name, steps, gflops, 100 * gflops / peak, peak,
      4e-6 * static_cast<double>(fused.scratch_size()), plain, steps / plain);
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  using namespace paceline;
  UseOneTorchThread();
  const double seconds = argc > 1 ? std::atof(argv[1]) : 2;
  const std::string_view wanted = argc > 2 ? argv[2] : "";
  const auto measure = [&](const std::string& name, const Network& network, int32_t classes) {
    if (name.find(wanted) != std::string::npos) Measure(name, network, classes, seconds);
  };
  fmt::print("{}\n", MachineName());
  measure("conv 8x8", ConvNet(), 10);
  measure("resnet 16x16", ResNet(), 10);
  measure("lstm", LstmLm(), 512);
  measure("transformer", TransformerLm(), 512);
  measure("autoencoder", Autoencoder(), 10);
}
