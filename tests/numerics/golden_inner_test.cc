// Optimizer and task together: the library's own inner training of an image MLP on stored batches,
// every inner_* file that is there; by the reference, and by the fused tier's kernels on every
// instruction set. (The torch tier: golden_torch_test.cc.)
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>

#include "tests/testing/golden.h"
#include "tests/testing/golden_optimizer.h"
#include "tests/testing/targets.h"
#include "worker/engine/gradient_source.h"
#include "worker/kernels/mlp.h"
#include "worker/optim/make.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/image_mlp/softmax_mlp.h"

namespace paceline {
namespace {

using testing::GoldenFile;

SoftmaxMlp TaskOf(const nlohmann::json& config) {
  const nlohmann::json& image = config.at("image");
  std::vector<int> widths = {image.at(1).get<int>() * image.at(2).get<int>() *
                             image.at(3).get<int>()};
  for (const int width : config.at("hidden_sizes")) widths.push_back(width);
  widths.push_back(config.at("num_classes"));
  return SoftmaxMlp(widths, v1::ACTIVATION_RELU);
}

std::vector<float> Flat(const GoldenFile& file, const std::string& prefix, const SoftmaxMlp& task) {
  std::vector<float> values;
  for (const ParameterTensor& tensor : task.parameters()) {
    const auto own = file.at(prefix + tensor.name).f32();
    EXPECT_EQ(own.size(), tensor.size);
    values.insert(values.end(), own.begin(), own.end());
  }
  return values;
}

size_t BatchOf(const GoldenFile& file) {
  return file.at("batch/label").elements() / file.at("loss").elements();
}

struct InnerRun {
  std::vector<float> losses;
  std::vector<float> parameters;
};

// Loss and gradient on given examples: images, labels, parameters, gradient.
using LossAndGradient = std::function<float(std::span<const float>, std::span<const int32_t>,
                                            std::span<const float>, std::span<float>)>;

LossAndGradient ByPlainLoops(const SoftmaxMlp& task) {
  return [&task](auto... of) { return task.LossAndGradient(of...); };
}

LossAndGradient ByKernel(const SoftmaxMlp& task, int batch, lane::Target target) {
  const ImageMlp image_mlp(std::make_shared<ImageData>(), task, batch);
  const kernels::MlpKernel kernel(KernelShape(image_mlp), target);
  std::vector<float> scratch(kernel.scratch_size());
  return [kernel, scratch](auto... of) mutable { return kernel.LossAndGradient(of..., scratch); };
}

InnerRun Train(const GoldenFile& file, const v1::LearnedOptimizer& config, const SoftmaxMlp& task,
               lane::Target target, const LossAndGradient& loss_and_gradient) {
  InnerRun run{.losses = {}, .parameters = Flat(file, "init/", task)};
  const auto optimizer = MakeOptimizerFor(config, task.parameters(), target);
  const auto prepared = optimizer->Prepare(testing::GoldenTheta(file, LayoutOf(config)));
  std::vector<float> state(optimizer->state_size()), scratch(optimizer->scratch_size());
  std::vector<float> gradient(run.parameters.size());
  optimizer->InitState(*prepared, state);
  const auto images = file.at("batch/image").f32();
  const auto labels = file.at("batch/label").i32();
  const size_t steps = file.at("loss").elements();
  const size_t batch = BatchOf(file), pixels = images.size() / labels.size();
  for (size_t step = 0; step < steps; ++step) {
    const float loss =
        loss_and_gradient(images.subspan(step * batch * pixels, batch * pixels),
                          labels.subspan(step * batch, batch), run.parameters, gradient);
    run.losses.push_back(loss);
    const InnerStep inner = {.iteration = static_cast<int64_t>(step),
                             .num_steps = file.config.value("num_steps", 0),
                             .loss = loss,
                             .gradient = gradient.data()};
    optimizer->Update(*prepared, inner, run.parameters, state, scratch);
  }
  return run;
}

double LargestDifference(std::span<const float> a, std::span<const float> b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double off = std::abs(static_cast<double>(a[i]) - b[i]);
    largest = std::isnan(off) ? INFINITY : std::max(largest, off);
  }
  return largest;
}

void Compare(const GoldenFile& file, const SoftmaxMlp& task, const char* tier,
             const InnerRun& run) {
  const double loss_off = LargestDifference(run.losses, file.at("loss").f32());
  EXPECT_LE(loss_off, 5e-6) << file.name;
  double final_off = 0, of_tolerance = 0;
  for (const ParameterTensor& tensor : task.parameters()) {
    const auto expected = file.at("final/" + tensor.name).f32();
    const double movement = LargestDifference(expected, file.at("init/" + tensor.name).f32());
    const double off =
        LargestDifference(std::span(run.parameters).subspan(tensor.offset, tensor.size), expected);
    final_off = std::max(final_off, off);
    of_tolerance = std::max(of_tolerance, off / (5e-6 + 5e-5 * movement));
  }
  EXPECT_LE(of_tolerance, 1) << file.name;
  std::printf("%-32s %-9s loss off by %.2e, parameters by %.2e, %5.1f %% of their tolerance\n",
              file.name.c_str(), tier, loss_off, final_off, 100 * of_tolerance);
}

// Why there is no such task here.
std::string MissingOfTask(const nlohmann::json& config) {
  const testing::GoldenOptions options(config);
  const std::string kind = options.value("task", "?");
  if (kind != "image_mlp") return "task " + kind;
  if (options.at("activation") != "relu") return "activation " + options.at("activation").dump();
  for (const char* sizes : {"image", "hidden_sizes", "num_classes"}) options.at(sizes);
  return options.Unread();
}

TEST(GoldenInner, TrainsAsTheLibraryDoes) {
  testing::CheckGoldenFiles("inner_training", [](const GoldenFile& file) -> std::string {
    if (std::string missing = MissingOfTask(file.config.at("task")); !missing.empty()) {
      return missing;
    }
    const auto config = testing::GoldenOptimizer(file.config);
    if (!config.ok()) return std::string(config.status().message());
    const SoftmaxMlp task = TaskOf(file.config.at("task"));
    Compare(file, task, "reference",
            Train(file, *config, task, lane::Target::kScalar, ByPlainLoops(task)));
    const auto fused = [&](lane::Target target) {
      return Train(file, *config, task, target,
                   ByKernel(task, static_cast<int>(BatchOf(file)), target));
    };
    const InnerRun scalar = fused(lane::Target::kScalar);
    Compare(file, task, "fused", scalar);
    for (const lane::Target target : testing::RunnableTargets()) {
      const InnerRun run = fused(target);
      EXPECT_EQ(run.parameters, scalar.parameters) << lane::TargetName(target);
      EXPECT_EQ(run.losses, scalar.losses) << lane::TargetName(target);
    }
    return "";
  });
}

}  // namespace
}  // namespace paceline
