// The torch tier, on the device and on the processor, against the fused tier on the processor
// within a tolerance; on the device against itself bit by bit; and its speed there.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>

#include "common/lopt/layout.h"
#include "tests/gpu/checks.h"
#include "tests/gpu/json_line.h"
#include "worker/engine/inner_runs.h"
#include "worker/engine/torch_cuda/torch_cuda_module.h"

namespace paceline {
namespace {

constexpr int kRuns = 6;
// Why it is not 0: tests/numerics/parity_test.cc. The windows here are longer; the largest
// deviation seen on a processor was 2.4e-5.
constexpr double kTolerance = 1e-4;
// Whose steps over 75 inner steps are so large, or so much the sign of a sum that all but cancels
// (tests/worker/engine/torch/torch_runs_test.cc), that no two orders of summation stay together.
constexpr std::string_view kApart[] = {"mlp_nom_lopt", "celo2", "nn_adam", "rnn_mlp_lopt",
                                       "hyper_v2"};

// Of a made-up task: LibTorch's text of a task is made from its config.
v1::Task ConfigOf(const ImageMlp& task) {
  v1::Task config;
  v1::ImageMlp& mlp = *config.mutable_image_mlp();
  const std::vector<int>& widths = task.widths();
  mlp.set_size(static_cast<uint32_t>(std::lround(std::sqrt(widths.front()))));
  mlp.mutable_hidden()->Assign(widths.begin() + 1, widths.end() - 1);
  mlp.set_activation(task.activation());
  return config;
}

// Two windows, the second longer than what is sent to the device at a time, a copy and a restart
// between them; losses, then parameters.
absl::StatusOr<std::vector<float>> Train(InnerRuns& runs, std::span<const float> theta) {
  std::vector<float> outcome;
  for (int run = 0; run < kRuns; ++run) {
    if (absl::Status s = runs.Start(run, {5, static_cast<uint32_t>(run / 2), 1}, 1000); !s.ok())
      return s;
  }
  for (const int64_t steps : {5, 70}) {
    if (steps == 70) {
      runs.Copy(0, 1);
      if (absl::Status s = runs.Start(2, {5, 77, 2}, 1000); !s.ok()) return s;
    }
    std::vector<RunTheta> thetas;
    for (int run = 0; run < kRuns; ++run) {
      const Stream noise = {
          .key = 5, .purpose = Purpose::kPerturbation, .particle = static_cast<uint32_t>(run / 2)};
      thetas.push_back({theta, noise, run % 2 == 0 ? 0.01f : -0.01f});
    }
    std::vector<float> losses(kRuns * steps);
    if (absl::Status s = runs.Advance(thetas, steps, losses); !s.ok()) return s;
    outcome.insert(outcome.end(), losses.begin(), losses.end());
  }
  for (int run = 0; run < kRuns; ++run) {
    const std::vector<float> parameters = runs.Parameters(run);
    outcome.insert(outcome.end(), parameters.begin(), parameters.end());
  }
  return outcome;
}

double Deviation(std::span<const float> actual, std::span<const float> expected) {
  double largest = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double off = std::abs(static_cast<double>(actual[i]) - expected[i]) /
                       std::max(1.0, std::abs(static_cast<double>(expected[i])));
    largest = std::isfinite(off) ? std::max(largest, off) : INFINITY;
  }
  return largest;
}

absl::Status CheckOne(GpuCheck& check, const char* task_name, const v1::Task& config,
                      const Task& task, const NamedOptimizer& optimizer) {
  const std::vector<float> theta = InitialTheta(LayoutOf(optimizer.config), 3);
  const auto train =
      [&](std::shared_ptr<const cuda::Device> device) -> absl::StatusOr<std::vector<float>> {
    auto runs =
        MakeRuns(v1::ENGINE_TORCH, optimizer.config, config, task, kRuns, std::move(device));
    if (!runs.ok()) return runs.status();
    return Train(**runs, theta);
  };
  const auto expected = Train(*MakeFusedRuns(optimizer.config, task, kRuns), theta);
  if (!expected.ok()) return expected.status();
  const auto on_processor = train(nullptr);
  if (!on_processor.ok()) return on_processor.status();
  const double allowed = std::ranges::count(kApart, optimizer.name) > 0 ? INFINITY : kTolerance;
  double deviation = Deviation(*on_processor, *expected);
  check.failed |= !(deviation <= allowed);
  JsonLine line("torch");
  line.Add("task", task_name).Add("optimizer", optimizer.name).Add("allowed", allowed);
  line.Add("deviation_on_processor", deviation);
  if (!check.dry_run()) {
    const auto first = train(check.device), second = train(check.device);
    if (!first.ok()) return first.status();
    if (!second.ok()) return second.status();
    deviation = Deviation(*first, *expected);
    const bool repeats = SameBits(*first, *second);
    check.failed |= !repeats || !(deviation <= allowed);
    line.Add("deviation", deviation).Add("repeats_bit_equal", repeats);
  }
  line.Add("dry_run", check.dry_run()).Print(check.out);
  return absl::OkStatus();
}

// One of each family; what steps and episodes draw is of the host's tables.
constexpr const char* kNetworks[] = {
    "image_mlp { dataset: DATASET_FASHION_MNIST size: 6 hidden: [9, 7] activation: ACTIVATION_ANY "
    "norm: NORM_LAYER dropout: 0.3 init: INITIALIZER_ANY batch: 8 }",
    "conv_net { dataset: DATASET_FASHION_MNIST size: 7 channels: [5, 4] "
    "activation: ACTIVATION_TANH pool: POOL_AVG layer_pool: LAYER_POOL_MAX "
    "batch: 8 }",
    "autoencoder { dataset: DATASET_FASHION_MNIST size: 5 hidden: [9, 4, 9] "
    "activation: ACTIVATION_TANH batch: 8 log_loss: FLAG_FALSE centred: FLAG_ANY "
    "constrained: FLAG_ANY meta_loss: META_LOSS_PARAMETRIC }",
    "vae { dataset: DATASET_FASHION_MNIST size: 4 encoder: 8 decoder: 8 latent: 3 "
    "activation: ACTIVATION_TANH batch: 8 centred: FLAG_ANY per_dim_loss: FLAG_TRUE }",
    "rnn_lm { vocabulary: 10 cell: RNN_CELL_GRU embedding: 5 hidden: 6 batch: 4 length: 7 }",
    "rnn_lm { vocabulary: 10 cell: RNN_CELL_LSTM embedding: 5 hidden: 6 batch: 4 length: 7 }",
    "transformer_lm { vocabulary: 10 width: 8 heads: 2 key_size: 4 layers: 1 dropout: 0.1 "
    "batch: 4 length: 6 }",
    "vit { dataset: DATASET_FASHION_MNIST size: 8 patch: 4 layers: 1 width: 6 heads: 2 mlp: 5 "
    "dropout: 0.1 attention_dropout: 0.1 batch: 8 }",
    "mlp_mixer { dataset: DATASET_FASHION_MNIST size: 8 patch: 4 blocks: 1 width: 6 "
    "tokens_mlp: 5 channels_mlp: 7 batch: 8 }",
    "quadratic { dimension: 9 kind: QUADRATIC_KIND_SPECTRUM condition: 100 }",
    "graph_net { layer: GRAPH_LAYER_GCN target: GRAPH_TARGET_NODE nodes: 7 communities: 3 degree: "
    "2 "
    "homophily: 0.7 features: 4 noise: 1 hidden: [6, 5] activation: ACTIVATION_ANY batch: 4 "
    "init: INITIALIZER_ANY init_scale: 1 }",
    "graph_net { layer: GRAPH_LAYER_MESSAGE_PASSING target: GRAPH_TARGET_GRAPH nodes: 6 "
    "communities: 2 degree: 2 homophily: 0.7 features: 3 noise: 1 classes: 3 hidden: [5, 4] "
    "activation: ACTIVATION_TANH batch: 5 }",
    "rnn_lm { text { vocabulary: 259 synthetic { ngram { symbols: 6 order: 2 branches: 3 } } } "
    "cell: RNN_CELL_GRU "
    "embedding: 4 hidden: 5 batch: 3 length: 8 }",
};

// By momentum with a small rate: other rules make steps of what is rounding.
absl::Status CheckNetworks(GpuCheck& check) {
  v1::LearnedOptimizer momentum;
  momentum.mutable_learnable_sgdm()->set_learning_rate(0.003);
  momentum.mutable_learnable_sgdm()->set_momentum(0.5);
  for (const char* text : kNetworks) {
    const MadeUpNetwork network = MakeUpNetwork(text);
    absl::Status status =
        CheckOne(check, text, network.config, *network.task, {"learnable_sgdm", momentum});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Measure(GpuCheck& check, const char* task_name, const v1::Task& config,
                     const Task& task, const NamedOptimizer& optimizer, int runs_at_once) {
  constexpr int64_t kSteps = 50;
  auto runs =
      MakeRuns(v1::ENGINE_TORCH, optimizer.config, config, task, runs_at_once, check.device);
  if (!runs.ok()) return runs.status();
  for (int run = 0; run < runs_at_once; ++run) {
    if (absl::Status s = (*runs)->Start(run, {5, static_cast<uint32_t>(run / 2), 1}, 1000);
        !s.ok()) {
      return s;
    }
  }
  const std::vector<float> theta = InitialTheta(LayoutOf(optimizer.config), 3);
  const std::vector<RunTheta> thetas(runs_at_once, {theta});
  std::vector<float> losses(runs_at_once * kSteps);
  int windows = 0;
  auto begin = std::chrono::steady_clock::now();
  double seconds = 0;
  for (; windows < 2 || seconds < 2; ++windows) {
    if (absl::Status s = (*runs)->Advance(thetas, kSteps, losses); !s.ok()) return s;
    if (windows == 0) begin = std::chrono::steady_clock::now();  // the first one warms up
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  const double steps = static_cast<double>(windows - 1) * kSteps * runs_at_once;
  JsonLine("torch_throughput")
      .Add("task", task_name)
      .Add("optimizer", optimizer.name)
      .Add("particles", runs_at_once / 2)
      .Add("window", kSteps)
      .Add("inner_steps_per_s", steps / seconds)
      .Print(check.out);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTorch(GpuCheck& check) {
  const absl::Status loaded = check.dry_run() ? absl::OkStatus() : LoadTorchCuda().status();
  if (!loaded.ok()) {
    JsonLine("torch").Add("left_out", std::string(loaded.message())).Print(check.out);
    return absl::OkStatus();
  }
  const auto small = MadeUpTask(8, {32}, v1::ACTIVATION_RELU, 128);
  const auto deep = MadeUpTask(9, {17, 24, 5}, v1::ACTIVATION_GELU, 37);
  for (const NamedOptimizer& optimizer : Optimizers(check.quick)) {
    if (optimizer.name.ends_with("diverges")) continue;
    absl::Status status = CheckOne(check, "mlp:64-32-10 relu", ConfigOf(*small), *small, optimizer);
    if (status.ok())
      status = CheckOne(check, "mlp:81-17-24-5-10 gelu", ConfigOf(*deep), *deep, optimizer);
    if (!status.ok()) return status;
  }
  return CheckNetworks(check);
}

absl::Status MeasureTorch(GpuCheck& check) {
  if (check.dry_run() || !LoadTorchCuda().ok()) return absl::OkStatus();
  const auto small = MadeUpTask(8, {32}, v1::ACTIVATION_RELU, 128);
  const auto large = MadeUpTask(28, {128, 128}, v1::ACTIVATION_RELU, 128);
  const NamedOptimizer adafac{"AdafacMLP h4", Adafac(4)}, lopt{"MLPLOpt h32", MlpLopt(32)};
  absl::Status status = Measure(check, "mlp:64-32-10 relu", ConfigOf(*small), *small, adafac, 512);
  if (status.ok())
    status = Measure(check, "mlp:64-32-10 relu", ConfigOf(*small), *small, lopt, 512);
  if (status.ok())
    status = Measure(check, "mlp:784-128-128-10 relu", ConfigOf(*large), *large, adafac, 64);
  constexpr const char* kLarge[] = {
      "conv_net { dataset: DATASET_FASHION_MNIST size: 28 channels: [16, 32] "
      "activation: ACTIVATION_RELU pool: POOL_AVG batch: 128 }",
      "rnn_lm { vocabulary: 256 cell: RNN_CELL_LSTM embedding: 64 hidden: 128 batch: 128 "
      "length: 32 }",
      "transformer_lm { vocabulary: 512 width: 128 heads: 4 key_size: 32 layers: 1 batch: 64 "
      "length: 32 }",
  };
  for (const char* text : kLarge) {
    const MadeUpNetwork network = MakeUpNetwork(text);
    if (status.ok()) status = Measure(check, text, network.config, *network.task, adafac, 16);
  }
  return status;
}

}  // namespace paceline
