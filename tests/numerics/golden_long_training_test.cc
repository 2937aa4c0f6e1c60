// Trainings of 200 steps by the library, inner_long_*: tasks and optimizers over many steps, where
// a small mistake has time to grow. By the reference tier and the SIMD optimizer.
#include <ATen/ops/from_blob.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "tests/testing/golden.h"
#include "tests/testing/golden_networks.h"
#include "tests/testing/golden_optimizer.h"
#include "tests/testing/network_runs.h"
#include "worker/optim/make.h"

namespace paceline {
namespace {

using testing::GoldenFile;

// One update of the parameters by a loss and its gradient.
using Update = std::function<void(int64_t step, float loss, std::span<const float> gradient,
                                  std::span<float> parameters)>;

// The library's hand-designed Adam, in double: epsilon inside the root and outside.
Update Adam(const nlohmann::json& config, size_t parameters) {
  return [=, m = std::vector<double>(parameters), v = std::vector<double>(parameters)](
             int64_t step, float, std::span<const float> gradient, std::span<float> p) mutable {
    const double beta1 = config.at("beta1"), beta2 = config.at("beta2");
    const double count = static_cast<double>(step) + 1;
    for (size_t i = 0; i < p.size(); ++i) {
      const double g = gradient[i];
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      const double mean = m[i] / (1 - std::pow(beta1, count));
      const double square = v[i] / (1 - std::pow(beta2, count));
      const double root = std::sqrt(square + config.at("epsilon_root").get<double>());
      p[i] -= static_cast<float>(config.at("learning_rate").get<double>() * mean /
                                 (root + config.at("epsilon").get<double>()));
    }
  };
}

Update Learned(const GoldenFile& file, const v1::LearnedOptimizer& config, const Network& network) {
  std::shared_ptr<const Optimizer> optimizer =
      MakeOptimizer(config, network.tensors, Arithmetic::kSimd);
  std::shared_ptr<const PreparedTheta> prepared =
      optimizer->Prepare(testing::GoldenTheta(file, LayoutOf(config)));
  std::vector<float> state(optimizer->state_size()), scratch(optimizer->scratch_size());
  optimizer->InitState(*prepared, state);
  return [=, num_steps = file.config.at("num_steps").get<int64_t>()](
             int64_t step, float loss, std::span<const float> gradient,
             std::span<float> parameters) mutable {
    const InnerStep inner = {
        .iteration = step, .num_steps = num_steps, .loss = loss, .gradient = gradient.data()};
    optimizer->Update(*prepared, inner, parameters, state, scratch);
  };
}

size_t ParameterCount(const Network& network) {
  return network.tensors.back().offset + network.tensors.back().size;
}

// Empty if the optimizer is not known.
Update UpdateOf(const GoldenFile& file, const Network& network) {
  if (file.config.at("optimizer") == "Adam") return Adam(file.config, ParameterCount(network));
  const auto config = testing::GoldenOptimizer(file.config);
  return config.ok() ? Learned(file, *config, network) : Update();
}

struct Trained {
  std::vector<float> losses, parameters;
};

std::vector<at::Tensor> Views(const Network& network, std::vector<float>& parameters) {
  std::vector<at::Tensor> views;
  for (const ParameterTensor& tensor : network.tensors) {
    views.push_back(at::from_blob(parameters.data() + tensor.offset, tensor.shape, at::kFloat));
  }
  return views;
}

Trained Train(const GoldenFile& file, const Network& network, const Update& update) {
  Trained trained;
  for (const ParameterTensor& tensor : network.tensors) {
    const auto values = file.at("init/" + tensor.name).f32();
    trained.parameters.insert(trained.parameters.end(), values.begin(), values.end());
  }
  std::vector<float> gradient(trained.parameters.size());
  const std::vector<at::Tensor> parameters = Views(network, trained.parameters);
  const std::vector<at::Tensor> gradients = Views(network, gradient);
  for (int64_t step = 0; step < file.at("index").shape[0]; ++step) {
    const testing::NetworkRun run =
        testing::RunOne(network, parameters, testing::GoldenStepInputs(file, network, step));
    for (size_t i = 0; i < gradients.size(); ++i) gradients[i].copy_(run.gradients[i]);
    trained.losses.push_back(run.values.loss.item<float>());
    update(step, trained.losses.back(), gradient, trained.parameters);
  }
  return trained;
}

double LargestDifference(std::span<const float> a, std::span<const double> b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double off = std::abs(static_cast<double>(a[i]) - b[i]);
    largest = std::isnan(off) ? INFINITY : std::max(largest, off);
  }
  return largest;
}

// Ten times what float32 cost the library itself, and no less than 1e-5.
double Allowed(const GoldenFile& file, const char* what) {
  return std::max(1e-5, 10 * file.config.at("f32_vs_f64").at(what).get<double>());
}

void Compare(const GoldenFile& file, const Network& network, const Trained& trained) {
  const double loss_off = LargestDifference(trained.losses, file.at("loss64").f64());
  EXPECT_LE(loss_off, Allowed(file, "loss_max_abs"));
  const double early_off =
      LargestDifference(std::span(trained.losses).first(50), file.at("loss64").f64().first(50));
  EXPECT_LE(early_off, Allowed(file, "loss_max_abs_first_50"));
  double final_off = 0;
  for (const ParameterTensor& tensor : network.tensors) {
    final_off = std::max(
        final_off,
        LargestDifference(std::span(trained.parameters).subspan(tensor.offset, tensor.size),
                          file.at("final64/" + tensor.name).f64()));
  }
  EXPECT_LE(final_off, Allowed(file, "final_max_abs"));
  fmt::print("  {:<40} loss off by {:.1e} ({:.1e} in the first 50), parameters by {:.1e}\n",
             file.name, loss_off, early_off, final_off);
}

TEST(GoldenLongTraining, TrainsAsTheLibraryDoes) {
  testing::CheckGoldenFiles("inner_training_long", [](const GoldenFile& file) -> std::string {
    const absl::StatusOr<v1::Task> task = testing::ConfigOf(file.config.at("task"));
    if (!task.ok()) return std::string(task.status().message());
    const Network network = testing::GoldenNetwork(*task);
    const Update update = UpdateOf(file, network);
    if (!update) return "optimizer " + file.config.value("optimizer", "?");
    Compare(file, network, Train(file, network, update));
    return "";
  });
}

}  // namespace
}  // namespace paceline
