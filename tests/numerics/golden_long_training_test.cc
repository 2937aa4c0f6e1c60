// Trainings of 200 steps by the library, inner_long_*: tasks and optimizers over many steps, where
// a small mistake has time to grow. By the plain loops and the SIMD optimizer.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "tests/testing/golden.h"
#include "tests/testing/golden_conv_net.h"
#include "tests/testing/golden_optimizer.h"
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

Update Learned(const GoldenFile& file, const v1::LearnedOptimizer& config, const Task& task) {
  std::shared_ptr<const Optimizer> optimizer =
      MakeOptimizer(config, task.parameters(), Arithmetic::kSimd);
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

// Empty if the optimizer is not known.
Update UpdateOf(const GoldenFile& file, const Task& task) {
  if (file.config.at("optimizer") == "Adam") return Adam(file.config, task.parameter_count());
  const auto config = testing::GoldenOptimizer(file.config);
  return config.ok() ? Learned(file, *config, task) : Update();
}

struct Trained {
  std::vector<float> losses, parameters;
};

Trained Train(const GoldenFile& file, const ImageClassifier& task, const Update& update) {
  Trained trained;
  for (const ParameterTensor& tensor : task.parameters()) {
    const auto values = file.at("init/" + tensor.name).f32();
    trained.parameters.insert(trained.parameters.end(), values.begin(), values.end());
  }
  const auto pixels = file.at("pool/image_u8").u8();
  const auto labels = file.at("pool/label").i32();
  const auto index = file.at("index").i32();
  const int64_t steps = file.at("index").shape[0], batch = file.at("index").shape[1];
  const size_t size = pixels.size() / labels.size();
  std::vector<float> images(batch * size), gradient(trained.parameters.size());
  std::vector<int32_t> chosen(batch);
  for (int64_t step = 0; step < steps; ++step) {
    for (int64_t n = 0; n < batch; ++n) {
      const int32_t row = index[step * batch + n];
      chosen[n] = labels[row];
      for (size_t i = 0; i < size; ++i) {
        images[n * size + i] = static_cast<float>(pixels[row * size + i]) / 255.0f;
      }
    }
    const float loss = task.LossAndGradient(images, chosen, trained.parameters, gradient);
    trained.losses.push_back(loss);
    update(step, loss, gradient, trained.parameters);
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

void Compare(const GoldenFile& file, const Task& task, const Trained& trained) {
  const double loss_off = LargestDifference(trained.losses, file.at("loss64").f64());
  EXPECT_LE(loss_off, Allowed(file, "loss_max_abs"));
  const double early_off =
      LargestDifference(std::span(trained.losses).first(50), file.at("loss64").f64().first(50));
  EXPECT_LE(early_off, Allowed(file, "loss_max_abs_first_50"));
  double final_off = 0;
  for (const ParameterTensor& tensor : task.parameters()) {
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
    const std::string kind = file.config.at("task").at("task").get<std::string>();
    if (kind != "conv") return "task " + kind;
    const auto task = testing::GoldenConvNet(file.config.at("task"));
    const Update update = UpdateOf(file, *task);
    if (!update) return "optimizer " + file.config.value("optimizer", "?");
    Compare(file, *task, Train(file, *task, update));
    return "";
  });
}

}  // namespace
}  // namespace paceline
