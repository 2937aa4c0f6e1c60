// Autoencoders and language models against the numbers of google/learned_optimization: loss,
// gradient and meta-loss, for one run in plain LibTorch and by SIMD, and for many runs together.
#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "common/task/families.h"
#include "tests/testing/golden_language_and_codes.h"
#include "tests/testing/network_runs.h"
#include "worker/network/torch/batched.h"
#include "worker/network/torch/plain.h"

namespace paceline {
namespace {

using testing::GoldenFile;
using testing::GoldenNetwork;

constexpr int kRuns = 4;

at::Tensor ToTorch(const Tensor& tensor) {
  const auto type = tensor.dtype == DType::kF64 ? at::kDouble : at::kFloat;
  return at::from_blob(const_cast<char*>(tensor.data.data()), tensor.shape, type).clone();
}

std::vector<at::Tensor> Point(const GoldenFile& file, const Network& network, at::ScalarType type) {
  std::vector<at::Tensor> point;
  for (const ParameterTensor& tensor : network.tensors) {
    const Tensor& values = file.at("param/" + tensor.name);
    EXPECT_EQ(values.shape, tensor.shape) << tensor.name;
    point.push_back(ToTorch(values).to(type));
  }
  EXPECT_EQ(point.size(), file.NamesUnder("param/").size());
  return point;
}

struct Gradient {
  double loss = 0;
  std::vector<at::Tensor> tensors;
};

Gradient Differentiate(const std::vector<at::Tensor>& leaves, const at::Tensor& loss) {
  std::vector<at::Tensor> gradient = torch::autograd::grad(
      {loss}, leaves, {}, std::nullopt, /*create_graph=*/false, /*allow_unused=*/true);
  for (size_t t = 0; t < leaves.size(); ++t) {
    if (!gradient[t].defined()) gradient[t] = at::zeros_like(leaves[t]);
  }
  return {loss.item<double>(), gradient};
}

Gradient Plain(const Network& network, std::vector<at::Tensor> point, const NetworkInputs& inputs) {
  for (at::Tensor& leaf : point) leaf.requires_grad_();
  return Differentiate(point, RunPlain(network, point, inputs).loss);
}

// The largest difference, of the tensor's largest element, or of 1e-3 of all tensors' largest if
// that is more.
double Deviation(const std::vector<at::Tensor>& ours, const std::vector<at::Tensor>& expected) {
  double largest = 0, deviation = 0;
  for (const at::Tensor& tensor : expected) {
    largest = std::max(largest, tensor.abs().max().item<double>());
  }
  for (size_t t = 0; t < ours.size(); ++t) {
    const double difference = (ours[t].to(at::kDouble) - expected[t]).abs().max().item<double>();
    const double scale = std::max(expected[t].abs().max().item<double>(), 1e-3 * largest);
    deviation = std::max(deviation, std::isfinite(difference) ? difference / scale : INFINITY);
  }
  return deviation;
}

std::vector<at::Tensor> Expected(const GoldenFile& file, const Network& network,
                                 const std::string& variant) {
  std::vector<at::Tensor> gradient;
  for (const ParameterTensor& tensor : network.tensors) {
    gradient.push_back(ToTorch(file.at("grad64" + variant + "/" + tensor.name)));
  }
  return gradient;
}

void Check(const GoldenFile& file, const GoldenNetwork& golden, const Network& network,
           const Gradient& ours, const char* how, double loss_tolerance,
           double gradient_tolerance) {
  const double loss = file.at("loss64" + golden.variant).f64()[0];
  const double deviation = Deviation(ours.tensors, Expected(file, network, golden.variant));
  EXPECT_NEAR(ours.loss, loss, loss_tolerance * std::abs(loss));
  EXPECT_LE(deviation, gradient_tolerance);
  fmt::print("  {:<36}{:<52} {:<6} loss {:.0e}, gradient {:.0e}\n", file.name, golden.variant, how,
             std::abs(ours.loss / loss - 1), deviation);
}

void CheckPlain(const GoldenFile& file, const GoldenNetwork& golden, at::ScalarType type,
                double loss_tolerance, double gradient_tolerance) {
  const Network network = *NetworkOf(golden.task);
  Check(file, golden, network, Plain(network, Point(file, network, type), golden.inputs),
        type == at::kDouble ? "double" : "float", loss_tolerance, gradient_tolerance);
}

void CheckFused(const GoldenFile& file, const GoldenNetwork& golden, double loss_tolerance,
                double gradient_tolerance) {
  const Network network = *NetworkOf(golden.task);
  const testing::NetworkRun run =
      testing::RunFused(network, Point(file, network, at::kFloat), golden.inputs);
  Check(file, golden, network, {run.values.loss.item<double>(), run.gradients}, "SIMD",
        loss_tolerance, gradient_tolerance);
}

bool HasAttention(const Network& network) {
  return std::ranges::any_of(network.nodes,
                             [](const Node& node) { return node.op == Op::kAttention; });
}

TEST(GoldenLanguageAndCodes, LossAndGradientInDoubleAreThoseOfTheLibrary) {
  testing::CheckGoldenFiles("task_gradient", [](const GoldenFile& file) -> std::string {
    const std::vector<GoldenNetwork> networks = testing::GoldenNetworksOf(file);
    for (const GoldenNetwork& golden : networks) {
      SCOPED_TRACE(golden.variant);
      CheckPlain(file, golden, at::kDouble, 1e-12, 1e-12);
    }
    return networks.empty() ? "another task" : "";
  });
}

TEST(GoldenLanguageAndCodes, LossAndGradientInFloatAndBySimdAreThoseOfTheLibrary) {
  testing::CheckGoldenFiles("task_gradient", [](const GoldenFile& file) -> std::string {
    const std::vector<GoldenNetwork> networks = testing::GoldenNetworksOf(file);
    for (const GoldenNetwork& golden : networks) {
      SCOPED_TRACE(golden.variant);
      const bool attention = HasAttention(*NetworkOf(golden.task));
      const double tolerance = attention ? 1e-4 : 1e-5;
      CheckPlain(file, golden, at::kFloat, 2e-6, tolerance);
      CheckFused(file, golden, 2e-6, tolerance);
    }
    return networks.empty() ? "another task" : "";
  });
}

// Both losses of a network whose flags are drawn: what it is trained on is the drawn one's, what
// the meta-loss sees is always of the same scale.
TEST(GoldenLanguageAndCodes, DrawnFlagsTrainAsFixedOnesAndHaveTheirMetaLoss) {
  testing::CheckGoldenFiles("task_gradient", [](const GoldenFile& file) -> std::string {
    const std::string kind = file.config.at("task").get<std::string>();
    if (kind != "param_image_mlp_ae" && kind != "param_image_mlp_vae") return "no flags";
    for (const GoldenNetwork& golden : testing::GoldenNetworksOf(file)) {
      SCOPED_TRACE(golden.variant);
      const GoldenNetwork drawn = testing::WithDrawnFlags(golden);
      const Network network = *NetworkOf(drawn.task), fixed = *NetworkOf(golden.task);
      const Gradient ours = Plain(network, Point(file, network, at::kDouble), drawn.inputs);
      EXPECT_LE(Deviation(ours.tensors, Expected(file, network, golden.variant)), 1e-12);
      const double loss = file.at("loss64" + golden.variant).f64()[0];
      const float meta_loss = fixed.meta_loss(static_cast<float>(loss));
      EXPECT_NEAR(network.meta_loss(static_cast<float>(ours.loss)), meta_loss, 1e-5);
    }
    return "";
  });
}

// The library leaves the fixed language models' losses as they are; ours are bounded.
TEST(GoldenLanguageAndCodes, MetaLossIsThatOfTheLibrary) {
  testing::CheckGoldenFiles("task_gradient", [](const GoldenFile& file) -> std::string {
    const std::vector<GoldenNetwork> networks = testing::GoldenNetworksOf(file);
    for (const GoldenNetwork& golden : networks) {
      SCOPED_TRACE(golden.variant);
      const MetaLossRule rule = NetworkOf(golden.task)->meta_loss;
      const bool plain = golden.task.rnn_lm().meta_loss() == v1::META_LOSS_FIXED ||
                         golden.task.transformer_lm().meta_loss() == v1::META_LOSS_FIXED;
      const std::string variant = file.has("normalizer_out") ? "" : golden.variant;
      const std::span<const float> in = file.at("normalizer_in").f32();
      const std::span<const float> out = file.at("normalizer_out" + variant).f32();
      for (size_t i = 0; i < in.size(); ++i) {
        const bool unbounded = std::isnan(out[i]) || (plain && out[i] > rule.bound());
        const float expected = unbounded ? rule.bound() : plain && out[i] < 0 ? 0 : out[i];
        EXPECT_NEAR(rule(in[i]), expected, 3e-6 * std::max(1.0f, std::abs(expected)))
            << "of " << in[i];
      }
    }
    return networks.empty() ? "another task" : "";
  });
}

// Run r's batch and draws are the file's from another place on, and its weights are a bit larger,
// so that a mix-up of runs shows.
template <class T>
std::vector<T> From(std::vector<T> values, int run) {
  if (values.empty()) return values;
  std::ranges::rotate(values, values.begin() + run % static_cast<int>(values.size()));
  return values;
}

NetworkInputs InputsOfRun(const NetworkInputs& inputs, int run) {
  NetworkInputs own;
  for (const HostArray& array : inputs.arrays) {
    own.arrays.push_back({From(array.floats, run), From(array.tokens, run)});
  }
  own.draws = From(inputs.draws, run);
  own.episode = inputs.episode;
  for (float& choice : own.episode)
    choice = static_cast<float>((static_cast<int>(choice) + run) % 2);
  return own;
}

BatchedInputs Batched(const Network& network, const std::vector<NetworkInputs>& runs) {
  BatchedInputs batched;
  for (size_t i = 0; i < network.inputs.size(); ++i) {
    std::vector<at::Tensor> rows;
    for (const NetworkInputs& run : runs) {
      const HostArray& array = run.arrays[i];
      const at::Tensor row =
          array.tokens.empty() ? at::tensor(array.floats) : at::tensor(array.tokens).to(at::kLong);
      rows.push_back(row.reshape(network.inputs[i].shape));
    }
    batched.arrays.push_back(at::stack(rows));
  }
  std::vector<at::Tensor> draws, episodes;
  for (const NetworkInputs& run : runs) {
    draws.push_back(at::tensor(run.draws, at::kFloat));
    episodes.push_back(at::tensor(run.episode, at::kFloat));
  }
  batched.draws = at::stack(draws);
  batched.episode = at::stack(episodes);
  return batched;
}

void CheckBatched(const GoldenFile& file, const GoldenNetwork& golden) {
  const Network network = *NetworkOf(golden.task);
  const std::vector<at::Tensor> point = Point(file, network, at::kDouble);
  std::vector<NetworkInputs> inputs;
  for (int run = 0; run < kRuns; ++run) inputs.push_back(InputsOfRun(golden.inputs, run));
  std::vector<at::Tensor> leaves;
  for (const at::Tensor& tensor : point) {
    std::vector<at::Tensor> rows;
    for (int run = 0; run < kRuns; ++run) rows.push_back(tensor * (1 + 0.1 * run));
    leaves.push_back(at::stack(rows).to(at::kFloat).requires_grad_());
  }
  const at::Tensor losses = BatchedNetwork(network).Losses(leaves, Batched(network, inputs));
  const Gradient together = Differentiate(leaves, losses.sum());
  const double tolerance = HasAttention(network) ? 1e-4 : 2e-5;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<at::Tensor> own_point, own_gradient;
    for (size_t t = 0; t < leaves.size(); ++t) {
      own_point.push_back(leaves[t].detach()[run].to(at::kDouble));
      own_gradient.push_back(together.tensors[t][run]);
    }
    const Gradient alone = Plain(network, own_point, inputs[static_cast<size_t>(run)]);
    EXPECT_NEAR(losses[run].item<double>(), alone.loss, 2e-6 * std::abs(alone.loss)) << run;
    EXPECT_LE(Deviation(own_gradient, alone.tensors), tolerance) << run;
  }
}

TEST(GoldenLanguageAndCodes, ManyRunsTogetherHaveTheLossAndGradientOfEachAlone) {
  testing::CheckGoldenFiles("task_gradient", [](const GoldenFile& file) -> std::string {
    const std::vector<GoldenNetwork> networks = testing::GoldenNetworksOf(file);
    for (const GoldenNetwork& golden : networks) {
      SCOPED_TRACE(golden.variant);
      CheckBatched(file, golden);
      if (golden.variant.empty()) continue;
      SCOPED_TRACE("flags drawn");
      CheckBatched(file, testing::WithDrawnFlags(golden));
    }
    return networks.empty() ? "another task" : "";
  });
}

}  // namespace
}  // namespace paceline
