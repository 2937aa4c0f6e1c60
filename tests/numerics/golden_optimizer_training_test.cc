// Back-propagation through the training of a learned optimizer, against google/learned_optimization
// on every lopt_task file of the golden folder.
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "tests/testing/golden.h"
#include "tests/testing/golden_optimizer.h"
#include "worker/reference/unrolled_step.h"
#include "worker/task/image_mlp/torch.h"

namespace paceline {
namespace {

using testing::GoldenFile;

at::Tensor ToTorch(const Tensor& tensor) {
  const at::ScalarType type = tensor.dtype == DType::kF64   ? at::kDouble
                              : tensor.dtype == DType::kI32 ? at::kInt
                                                            : at::kFloat;
  return at::from_blob(const_cast<char*>(tensor.data.data()), tensor.shape, type).clone();
}

// Tensors come in the order of their names, each layer's biases before its weights.
at::Tensor BiasesFirst(const TorchLoss& loss, std::vector<at::Tensor> sorted,
                       const TorchBatch& batch) {
  for (size_t i = 0; i + 1 < sorted.size(); i += 2) std::swap(sorted[i], sorted[i + 1]);
  return loss(sorted, batch);
}

struct Outcome {
  double loss = 0;
  at::Tensor gradient;  // [P], double
};

Outcome Train(const GoldenFile& file, const v1::LearnedOptimizer& config, at::ScalarType type) {
  std::vector<ParameterTensor> tensors;
  std::vector<at::Tensor> parameters;
  for (const std::string& name : file.NamesUnder("init/")) {
    const Tensor& init = file.at("init/" + name);
    tensors.push_back({name, init.shape, 0, init.elements()});
    parameters.push_back(ToTorch(init).to(type).unsqueeze(0));
  }
  std::vector<float> theta = testing::GoldenTheta(file, LayoutOf(config));
  const auto size = static_cast<int64_t>(theta.size());
  const at::Tensor leaf =
      at::from_blob(theta.data(), {1, size}, at::kFloat).to(type).clone().requires_grad_();
  const auto optimizer = MakeReferenceOptimizer(config, tensors, 1, type);
  optimizer->SetTheta(leaf);
  const TorchLoss mlp = ImageMlpTorchLoss(v1::ACTIVATION_RELU, 1);
  const TorchLoss loss = [&](const std::vector<at::Tensor>& p, const TorchBatch& batch) {
    return BiasesFirst(mlp, p, batch);
  };
  const at::Tensor images = ToTorch(file.at("batch/image"));
  const at::Tensor labels = ToTorch(file.at("batch/label")).to(at::kLong);
  const std::vector<double> num_steps = {file.config.at("num_steps").get<double>()};
  std::vector<at::Tensor> losses;
  for (int64_t step = 0; step < images.size(0); ++step) {
    const TorchBatch batch = {.arrays = {images[step].unsqueeze(0), labels[step].unsqueeze(0)},
                              .episode = {},
                              .draws = {}};
    const std::vector<int64_t> iterations = {step};
    losses.push_back(UnrolledStep(*optimizer, loss, batch, iterations, num_steps, parameters));
  }
  const double bound = 1.5 * std::log(file.config.at("num_classes").get<double>());
  const at::Tensor mean = at::stack(losses).clamp(0, bound).mean();
  return {mean.item<double>(), torch::autograd::grad({mean}, {leaf})[0].to(at::kDouble)[0]};
}

double MaxAbs(const at::Tensor& tensor) { return tensor.abs().max().item<double>(); }

// Of every leaf of θ the largest difference, in units of its tolerance.
double GradientDeviation(const GoldenFile& file, const ThetaLayout& layout,
                         const at::Tensor& gradient, bool doubles) {
  double largest = 0;
  for (const ThetaLeaf& leaf : layout.leaves) {
    const at::Tensor expected = ToTorch(file.at("grad64/" + leaf.path)).flatten();
    const at::Tensor own =
        gradient.narrow(0, static_cast<int64_t>(leaf.offset), static_cast<int64_t>(leaf.size));
    // In float32 the derivative of log(1 − β) cancels.
    const bool scalar = leaf.shape.empty();
    const double tolerance = doubles ? 1e-9 : scalar ? 2e-2 : 2e-4;
    largest = std::max(largest, MaxAbs(own - expected) / (tolerance * MaxAbs(expected)));
  }
  return largest;
}

TEST(GoldenOptimizerTraining, LossAndGradientAreTheLibrarys) {
  at::set_num_threads(1);
  testing::CheckGoldenFiles("lopt_task", [](const GoldenFile& file) -> std::string {
    nlohmann::json own = file.config.at("optimizer_config");
    own["optimizer"] = file.config.at("optimizer");
    const auto config = testing::GoldenOptimizer(own);
    if (!config.ok()) return std::string(config.status().message());
    const ThetaLayout layout = LayoutOf(*config);
    const double expected = ToTorch(file.at("loss64")).item<double>();
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
      const bool doubles = type == at::kDouble;
      const Outcome outcome = Train(file, *config, type);
      const double loss = std::abs(outcome.loss - expected) / (doubles ? 1e-12 : 1e-6);
      const double gradient = GradientDeviation(file, layout, outcome.gradient, doubles);
      std::printf("%-28s %-6s loss %.3f, gradient %.3f of the tolerance\n", file.name.c_str(),
                  doubles ? "double" : "float", loss, gradient);
      EXPECT_LE(loss, 1);
      EXPECT_LE(gradient, 1);
    }
    return "";
  });
}

}  // namespace
}  // namespace paceline
