// LibTorch against the numbers of google/learned_optimization, several runs at once, on every file
// of the golden folder: the optimizers of worker/reference, which others are tested against, and
// the torch tier's tasks and inner training.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "tests/testing/golden.h"
#include "tests/testing/golden_optimizer.h"
#include "worker/engine/torch/differentiate.h"
#include "worker/engine/torch/torch_rows.h"
#include "worker/optim/optimizer.h"
#include "worker/reference/optimizer.h"
#include "worker/task/image_mlp/torch.h"
#include "worker/task/quadratic/torch.h"

namespace paceline {
namespace {

using testing::GoldenFile;

constexpr int64_t kRuns = 4;
// This run is given other numbers than the file's, so that a mix-up of runs shows.
constexpr int64_t kOther = 2;

at::Tensor ToTorch(const Tensor& tensor) {
  const bool doubles = tensor.dtype == DType::kF64;
  void* data = const_cast<char*>(tensor.data.data());
  const auto type = doubles ? at::kDouble : tensor.dtype == DType::kI32 ? at::kInt : at::kFloat;
  return at::from_blob(data, tensor.shape, type).clone();
}

// The file's tensor for every run, and for kOther `factor` times it.
at::Tensor ForRuns(const at::Tensor& tensor, double factor) {
  std::vector<at::Tensor> runs(kRuns, tensor);
  runs[kOther] = tensor.mul(factor).to(tensor.scalar_type());
  return at::stack(runs);
}

double MaxAbs(const at::Tensor& tensor) { return tensor.abs().max().item<double>(); }

// The largest difference of any run but kOther from `expected`, in units of `tolerance`.
double Deviation(const at::Tensor& runs, const at::Tensor& expected, double tolerance) {
  double largest = 0;
  for (int64_t run = 0; run < kRuns; ++run) {
    if (run == kOther) continue;
    const at::Tensor difference = runs.select(0, run).to(at::kDouble).sub(expected.to(at::kDouble));
    const double deviation = MaxAbs(difference) / tolerance;
    largest = std::isfinite(deviation) ? std::max(largest, deviation) : INFINITY;
  }
  return largest;
}

// [run, P]; kOther's is another one.
at::Tensor Thetas(const GoldenFile& file, const ThetaLayout& layout) {
  std::vector<float> theta = testing::GoldenTheta(file, layout);
  const auto size = static_cast<int64_t>(theta.size());
  return ForRuns(at::from_blob(theta.data(), {size}, at::kFloat).clone(), .9);
}

std::vector<ParameterTensor> TensorsUnder(const GoldenFile& file, const std::string& prefix) {
  std::vector<ParameterTensor> tensors;
  size_t offset = 0;
  for (const std::string& name : file.NamesUnder(prefix)) {
    const Tensor& tensor = file.at(prefix + name);
    tensors.push_back({name, tensor.shape, offset, tensor.elements()});
    offset += tensor.elements();
  }
  return tensors;
}

// Update `update` of a trajectory; parameters and losses are those of every run.
UpdateInputs InputsOf(const GoldenFile& file, int64_t update, at::ScalarType type) {
  const auto filled = [&](double value) { return at::full({kRuns}, value, type); };
  UpdateInputs inputs{.iterations = filled(static_cast<double>(update))};
  inputs.num_steps = filled(file.config.value("num_steps", 0.));
  inputs.losses = filled(ToTorch(file.at("loss"))[update].item<double>());
  inputs.is_valid = file.has("is_valid") && ToTorch(file.at("is_valid"))[update].item<int>() != 0;
  for (const std::string& name : file.NamesUnder("grad/")) {
    inputs.gradients.push_back(ForRuns(ToTorch(file.at("grad/" + name))[update].to(type), 1));
  }
  return inputs;
}

// For every parameter, all updates: [run, update, shape...].
std::vector<at::Tensor> Trajectory(const GoldenFile& file, const v1::LearnedOptimizer& config,
                                   at::ScalarType type) {
  const std::vector<ParameterTensor> tensors = TensorsUnder(file, "init/");
  const auto optim = MakeReferenceOptimizer(config, tensors, kRuns, type);
  optim->SetTheta(Thetas(file, LayoutOf(config)).to(type));
  std::vector<at::Tensor> parameters;
  for (const ParameterTensor& tensor : tensors) {
    parameters.push_back(ForRuns(ToTorch(file.at("init/" + tensor.name)).to(type), 1));
  }
  std::vector<std::vector<at::Tensor>> snapshots(tensors.size());
  for (int64_t update = 0; update < ToTorch(file.at("loss")).size(0); ++update) {
    optim->Update(InputsOf(file, update, type), parameters);
    for (size_t i = 0; i < tensors.size(); ++i) snapshots[i].push_back(parameters[i]);
  }
  std::vector<at::Tensor> trajectory;
  for (const auto& snapshot : snapshots) trajectory.push_back(at::stack(snapshot, 1));
  return trajectory;
}

// float32 against the float64 run with decays rounded to float32; float64 against that with exact
// ones, at the tolerance for what differs in the order of operations alone.
double TrajectoryDeviation(const GoldenFile& file, const v1::LearnedOptimizer& config,
                           at::ScalarType type) {
  const bool doubles = type == at::kDouble;
  const std::vector<at::Tensor> trajectory = Trajectory(file, config, type);
  const std::vector<std::string> names = file.NamesUnder("init/");
  double largest = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    const at::Tensor expected = ToTorch(file.at((doubles ? "param64/" : "param64c/") + names[i]));
    const at::Tensor initial = ToTorch(file.at("init/" + names[i])).to(at::kDouble);
    const double movement = MaxAbs(expected.sub(initial.unsqueeze(0)));
    const double tolerance = doubles ? 1e-11 * movement + 1e-14
                                     : 2e-6 * std::max(1., MaxAbs(expected)) + 3e-5 * movement;
    largest = std::max(largest, Deviation(trajectory[i], expected, tolerance));
    EXPECT_FALSE(trajectory[i][kOther].equal(trajectory[i][0]))
        << names[i] << ": a run with another theta went the same way";
  }
  return largest;
}

v1::Activation ActivationOf(const nlohmann::json& config) {
  std::string name = config.at("activation").get<std::string>();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  v1::Activation activation = v1::ACTIVATION_UNSPECIFIED;
  EXPECT_TRUE(v1::Activation_Parse("ACTIVATION_" + name, &activation)) << name;
  return activation;
}

// Of networks whose tensors come in the order of their names, each layer's biases before its
// weights.
TorchLoss BiasesFirst(const TorchLoss& loss) {
  return [loss](const std::vector<at::Tensor>& sorted, const TorchBatch& batch) {
    std::vector<at::Tensor> parameters = sorted;
    for (size_t i = 0; i + 1 < parameters.size(); i += 2) {
      std::swap(parameters[i], parameters[i + 1]);
    }
    return loss(parameters, batch);
  };
}

// Empty if the torch tier has no text of its own for such a task: networks are
// golden_networks_test's.
TorchLoss TaskLoss(const nlohmann::json& config) {
  const std::string task = config.value("task", "");
  if (task == "image_mlp") return BiasesFirst(ImageMlpTorchLoss(ActivationOf(config), 1));
  if (task == "quadratic") return QuadraticTorchLoss(v1::QUADRATIC_KIND_PLAIN);
  if (task == "quadratic_target") return QuadraticTorchLoss(v1::QUADRATIC_KIND_TARGET);
  if (task == "log_quadratic") return QuadraticTorchLoss(v1::QUADRATIC_KIND_LOG);
  return nullptr;
}

// The same images and labels for every run.
TorchBatch ImageBatch(const at::Tensor& images, const at::Tensor& labels) {
  return {
      .arrays = {ForRuns(images, 1), ForRuns(labels.to(at::kLong), 1)}, .episode = {}, .draws = {}};
}

TorchBatch TaskBatch(const GoldenFile& file) {
  if (file.has("batch/image")) {
    return ImageBatch(ToTorch(file.at("batch/image")), ToTorch(file.at("batch/label")));
  }
  if (!file.has("batch/target")) return {};
  return {.arrays = {}, .episode = ForRuns(ToTorch(file.at("batch/target")), 1), .draws = {}};
}

double TaskDeviation(const GoldenFile& file, const TorchLoss& loss) {
  std::vector<at::Tensor> leaves, gradients;
  const std::vector<std::string> names = file.NamesUnder("param/");
  for (const std::string& name : names) {
    leaves.push_back(ForRuns(ToTorch(file.at("param/" + name)), 1.5).requires_grad_());
    gradients.push_back(at::empty_like(leaves.back()));
  }
  const at::Tensor losses = Differentiate(loss, leaves, TaskBatch(file), gradients);
  const at::Tensor expected_loss = ToTorch(file.at("loss64"));
  double largest = Deviation(losses, expected_loss, 1e-6 * MaxAbs(expected_loss));
  EXPECT_NE(losses[kOther].item<float>(), losses[0].item<float>());
  for (size_t i = 0; i < names.size(); ++i) {
    const bool doubles = file.has("grad64/" + names[i]);
    const at::Tensor expected = ToTorch(file.at((doubles ? "grad64/" : "grad/") + names[i]));
    largest = std::max(largest, Deviation(gradients[i], expected, 2e-6 * MaxAbs(expected)));
  }
  return largest;
}

// One update of every run: step, losses [run], gradients, parameters (written).
using UpdateRuns =
    std::function<void(int64_t step, const at::Tensor& losses, TorchRows& g, TorchRows& p)>;

double InnerTrainingDeviation(const GoldenFile& file, const std::vector<ParameterTensor>& tensors,
                              const UpdateRuns& update) {
  TorchRows parameters(tensors, kRuns, at::kCPU), gradients(tensors, kRuns, at::kCPU);
  std::vector<at::Tensor> leaves;
  for (size_t i = 0; i < tensors.size(); ++i) {
    parameters.views()[i].copy_(ForRuns(ToTorch(file.at("init/" + tensors[i].name)), 1));
    leaves.push_back(parameters.views()[i].detach().requires_grad_());
  }
  const at::Tensor images = ToTorch(file.at("batch/image"));
  const at::Tensor labels = ToTorch(file.at("batch/label"));
  const TorchLoss loss = TaskLoss(file.config.at("task"));
  std::vector<at::Tensor> losses;
  for (int64_t step = 0; step < images.size(0); ++step) {
    losses.push_back(
        Differentiate(loss, leaves, ImageBatch(images[step], labels[step]), gradients.views()));
    update(step, losses.back(), gradients, parameters);
  }
  double largest = Deviation(at::stack(losses, 1), ToTorch(file.at("loss64c")), 5e-6);
  for (size_t i = 0; i < tensors.size(); ++i) {
    const at::Tensor expected = ToTorch(file.at("final64/" + tensors[i].name));
    const at::Tensor initial = ToTorch(file.at("init/" + tensors[i].name)).to(at::kDouble);
    const double tolerance = 5e-6 + 5e-5 * MaxAbs(expected.sub(initial));
    largest = std::max(largest, Deviation(parameters.views()[i], expected, tolerance));
  }
  return largest;
}

double InnerTrainingOfTheOracle(const GoldenFile& file, const v1::LearnedOptimizer& config) {
  const std::vector<ParameterTensor> tensors = TensorsUnder(file, "init/");
  const auto optim = MakeReferenceOptimizer(config, tensors, kRuns, at::kFloat);
  optim->SetTheta(Thetas(file, LayoutOf(config)));
  const double num_steps = file.config.value("num_steps", 0.);
  return InnerTrainingDeviation(
      file, tensors, [&](int64_t step, const at::Tensor& losses, TorchRows& g, TorchRows& p) {
        const UpdateInputs inputs{.iterations = at::full({kRuns}, step, at::kFloat),
                                  .num_steps = at::full({kRuns}, num_steps, at::kFloat),
                                  .losses = losses,
                                  .gradients = g.views()};
        std::vector<at::Tensor> parameters = p.views();
        optim->Update(inputs, parameters);
        for (size_t i = 0; i < tensors.size(); ++i) p.views()[i].copy_(parameters[i]);
      });
}

double InnerTrainingOfTheTier(const GoldenFile& file, const v1::LearnedOptimizer& config) {
  const std::vector<ParameterTensor> tensors = TensorsUnder(file, "init/");
  const auto optimizer = MakeOptimizer(config, tensors, Arithmetic::kSimd);
  const at::Tensor thetas = Thetas(file, LayoutOf(config));
  std::vector<std::unique_ptr<PreparedTheta>> prepared;
  std::vector<std::vector<float>> states(kRuns, std::vector<float>(optimizer->state_size()));
  for (int64_t run = 0; run < kRuns; ++run) {
    const float* theta = thetas[run].const_data_ptr<float>();
    prepared.push_back(optimizer->Prepare({theta, static_cast<size_t>(thetas.size(1))}));
    optimizer->InitState(*prepared.back(), states[run]);
  }
  std::vector<float> scratch(optimizer->scratch_size());
  return InnerTrainingDeviation(
      file, tensors, [&](int64_t step, const at::Tensor& losses, TorchRows& g, TorchRows& p) {
        for (int64_t run = 0; run < kRuns; ++run) {
          const InnerStep inner = {.iteration = step,
                                   .num_steps = file.config.value("num_steps", 0),
                                   .loss = losses[run].item<float>(),
                                   .gradient = g.row(run).data()};
          optimizer->Update(*prepared[run], inner, p.row(run), states[run], scratch);
        }
      });
}

// Either how far off the file is, as a part of the tolerance, or Unimplemented with the reason.
using Deviations = std::function<absl::StatusOr<double>(const GoldenFile&)>;

void CheckFiles(const std::string& kind, const Deviations& deviation) {
  at::set_num_threads(1);  // as in a worker; on a busy machine more are many times slower
  testing::CheckGoldenFiles(kind, [&](const GoldenFile& file) -> std::string {
    const absl::StatusOr<double> largest = deviation(file);
    if (!largest.ok()) return std::string(largest.status().message());
    std::printf("%-36s torch: largest deviation %.3f of the tolerance\n", file.name.c_str(),
                *largest);
    EXPECT_LE(*largest, 1) << "times the tolerance";
    return "";
  });
}

TEST(GoldenTorchTest, OptimizersFollowEveryTrajectory) {
  CheckFiles("optimizer_trajectory", [](const GoldenFile& file) -> absl::StatusOr<double> {
    const auto config = testing::GoldenOptimizer(file.config);
    if (!config.ok()) return config.status();
    return TrajectoryDeviation(file, *config, at::kFloat);
  });
}

TEST(GoldenTorchTest, OptimizersInFloat64FollowEveryExactTrajectory) {
  CheckFiles("optimizer_trajectory", [](const GoldenFile& file) -> absl::StatusOr<double> {
    const auto config = testing::GoldenOptimizer(file.config);
    if (!config.ok()) return config.status();
    return TrajectoryDeviation(file, *config, at::kDouble);
  });
}

TEST(GoldenTorchTest, TasksHaveTheRecordedLossAndGradient) {
  CheckFiles("task_gradient", [](const GoldenFile& file) -> absl::StatusOr<double> {
    const TorchLoss loss = TaskLoss(file.config);
    if (!loss) return absl::UnimplementedError("task " + file.config.value("task", "?"));
    return TaskDeviation(file, loss);
  });
}

TEST(GoldenTorchTest, InnerTrainingGoesAsRecorded) {
  CheckFiles("inner_training", [](const GoldenFile& file) -> absl::StatusOr<double> {
    const auto config = testing::GoldenOptimizer(file.config);
    if (!config.ok()) return config.status();
    return std::max(InnerTrainingOfTheOracle(file, *config), InnerTrainingOfTheTier(file, *config));
  });
}

}  // namespace
}  // namespace paceline
