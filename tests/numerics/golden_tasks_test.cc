// Tasks against the numbers of google/learned_optimization: every task_*.safetensors in the golden
// folder that describes a task with plain loops of its own; by those, and where the fused tier has
// a kernel by that on every instruction set. (The torch tier: golden_torch_test.cc; tasks that are
// networks: golden_networks_test.cc.)
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <memory>

#include "tests/testing/golden.h"
#include "tests/testing/targets.h"
#include "worker/engine/gradient_source.h"
#include "worker/kernels/mlp.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/quadratic/quadratic.h"

namespace paceline {
namespace {

using testing::GoldenFile;

constexpr double kLossTolerance = 1e-6;      // relative
constexpr double kGradientTolerance = 2e-6;  // of the tensor's largest element
constexpr double kMetaLossTolerance = 1e-6;  // relative to at least 1

// Loss at a point, on the file's own batch or target.
using LossAndGradient = std::function<float(std::span<const float>, std::span<float>)>;

struct TaskOfFile {
  std::shared_ptr<const Task> task = nullptr;  // not supported, because
  std::string missing = {};
  LossAndGradient loss_and_gradient = {};
  std::function<LossAndGradient(lane::Target)> kernel = {};  // empty: it has none
  // The library leaves the loss of a quadratic as it is; ours is bounded, and is compared within.
  bool compare_unbounded = false;
};

TaskOfFile MakeImageMlp(const GoldenFile& file) {
  const testing::GoldenOptions options(file.config);
  std::string name = "ACTIVATION_" + options.at("activation").get<std::string>();
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  v1::Activation activation = v1::ACTIVATION_UNSPECIFIED;
  if (!v1::Activation_Parse(name, &activation)) return {.missing = name};
  const auto image = options.at("image").get<std::vector<int>>();
  std::vector<int> widths = {image[1] * image[2] * image[3]};
  for (const auto& width : options.at("hidden_sizes")) widths.push_back(width.get<int>());
  widths.push_back(options.at("num_classes").get<int>());
  if (!options.Unread().empty()) return {.missing = options.Unread()};

  auto mlp = std::make_shared<const ImageMlp>(std::make_shared<ImageData>(),
                                              SoftmaxMlp(widths, activation),
                                              static_cast<int>(file.at("batch/label").elements()));
  return {mlp, "",
          [mlp, &file](std::span<const float> point, std::span<float> gradient) {
            return mlp->LossAndGradient(file.at("batch/image").f32(), file.at("batch/label").i32(),
                                        point, gradient);
          },
          [mlp, &file](lane::Target target) -> LossAndGradient {
            return [kernel = kernels::MlpKernel(KernelShape(*mlp), target), &file](
                       std::span<const float> point, std::span<float> gradient) {
              std::vector<float> scratch(kernel.scratch_size());
              return kernel.LossAndGradient(file.at("batch/image").f32(),
                                            file.at("batch/label").i32(), point, gradient, scratch);
            };
          }};
}

TaskOfFile MakeQuadratic(const GoldenFile& file, v1::QuadraticKind kind) {
  const testing::GoldenOptions options(file.config);
  auto task = std::make_shared<const Quadratic>(options.at("dim").get<int>(), kind);
  if (!options.Unread().empty()) return {.missing = options.Unread()};
  const std::span<const float> target =
      file.has("batch/target") ? file.at("batch/target").f32() : std::span<const float>();
  return {.task = task,
          .loss_and_gradient =
              [task, target](std::span<const float> point, std::span<float> gradient) {
                return task->LossAndGradient(target, point, gradient);
              },
          .compare_unbounded = true};
}

TaskOfFile MakeTaskOf(const GoldenFile& file) {
  const std::string kind = file.config.at("task").get<std::string>();
  if (kind == "image_mlp") return MakeImageMlp(file);
  if (kind == "quadratic") return MakeQuadratic(file, v1::QUADRATIC_KIND_PLAIN);
  if (kind == "quadratic_target") return MakeQuadratic(file, v1::QUADRATIC_KIND_TARGET);
  if (kind == "log_quadratic") return MakeQuadratic(file, v1::QUADRATIC_KIND_LOG);
  return {.missing = "task " + kind};
}

// The float64 numbers where the file has them.
std::vector<double> Best(const GoldenFile& file, const std::string& group,
                         const std::string& rest) {
  if (file.has(group + "64" + rest)) {
    const std::span<const double> values = file.at(group + "64" + rest).f64();
    return {values.begin(), values.end()};
  }
  const std::span<const float> values = file.at(group + rest).f32();
  return {values.begin(), values.end()};
}

std::vector<float> PointOf(const GoldenFile& file, const Task& task) {
  std::vector<float> point(task.parameter_count(), NAN);
  for (const ParameterTensor& tensor : task.parameters()) {
    const Tensor& values = file.at("param/" + tensor.name);
    EXPECT_EQ(values.shape, tensor.shape) << tensor.name;
    std::ranges::copy(values.f32(), point.begin() + static_cast<ptrdiff_t>(tensor.offset));
  }
  return point;
}

// Largest difference relative to the largest element of the tensor; infinite where it is not a
// number.
double GradientDeviation(const GoldenFile& file, const ParameterTensor& tensor,
                         std::span<const float> gradient) {
  const std::vector<double> expected = Best(file, "grad", "/" + tensor.name);
  double largest = 0, difference = 0;
  for (size_t i = 0; i < tensor.size; ++i) {
    const double d = std::abs(gradient[tensor.offset + i] - expected[i]);
    difference = std::isfinite(d) ? std::max(difference, d) : INFINITY;
    largest = std::max(largest, std::abs(expected[i]));
  }
  return difference / largest;
}

void CheckMetaLoss(const GoldenFile& file, const TaskOfFile& subject) {
  const std::span<const float> in = file.at("normalizer_in").f32();
  const std::span<const float> out = file.at("normalizer_out").f32();
  for (size_t i = 0; i < in.size(); ++i) {
    const bool is_within = std::abs(in[i]) <= subject.task->meta_loss_bound();
    if (subject.compare_unbounded && !is_within) continue;
    EXPECT_NEAR(subject.task->MetaLoss(in[i]), out[i],
                kMetaLossTolerance * std::max(1.0f, std::abs(out[i])))
        << "of " << in[i];
  }
}

void CheckTask(const GoldenFile& file, const TaskOfFile& subject, const char* tier,
               const LossAndGradient& loss_and_gradient) {
  const std::vector<float> point = PointOf(file, *subject.task);
  std::vector<float> gradient(point.size(), NAN);
  const double expected = Best(file, "loss", "").front();
  const double loss = loss_and_gradient(point, gradient);
  const double loss_deviation = std::abs(loss - expected) / std::abs(expected);
  EXPECT_LE(loss_deviation, kLossTolerance);
  double gradient_deviation = 0;
  for (const ParameterTensor& tensor : subject.task->parameters()) {
    const double deviation = GradientDeviation(file, tensor, gradient);
    EXPECT_LE(deviation, kGradientTolerance) << tensor.name;
    gradient_deviation = std::max(gradient_deviation, deviation);
  }
  fmt::print("  {:<34} {:<9} loss {:.1e} (allowed {:.0e}), gradient {:.1e} (allowed {:.0e})\n",
             file.name, tier, loss_deviation, kLossTolerance, gradient_deviation,
             kGradientTolerance);
}

TEST(GoldenTasks, LossGradientAndMetaLossAreThoseOfTheLibrary) {
  testing::CheckGoldenFiles("task_gradient", [](const GoldenFile& file) -> std::string {
    const TaskOfFile subject = MakeTaskOf(file);
    if (subject.task == nullptr) return subject.missing;
    CheckMetaLoss(file, subject);
    CheckTask(file, subject, "reference", subject.loss_and_gradient);
    for (const lane::Target target : testing::RunnableTargets()) {
      if (!subject.kernel) break;
      CheckTask(file, subject, lane::TargetName(target), subject.kernel(target));
    }
    return "";
  });
}

}  // namespace
}  // namespace paceline
