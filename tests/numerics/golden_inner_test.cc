// Optimizer and task together: the library's own inner training of an image MLP on stored batches,
// every inner_* file that is there.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tests/testing/golden.h"
#include "tests/testing/golden_optimizer.h"
#include "worker/optim/optimizer.h"
#include "worker/task/softmax_mlp.h"

namespace paceline {
namespace {

using testing::GoldenFile;

SoftmaxMlp TaskOf(const nlohmann::json& config) {
  const nlohmann::json& image = config.at("image");
  std::vector<int> widths = {image.at(1).get<int>() * image.at(2).get<int>() *
                             image.at(3).get<int>()};
  for (const int width : config.at("hidden_sizes")) widths.push_back(width);
  widths.push_back(config.at("num_classes"));
  EXPECT_EQ(config.at("activation"), "relu");
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

struct InnerRun {
  std::vector<float> losses;
  std::vector<float> parameters;
};

InnerRun Train(const GoldenFile& file, const v1::LearnedOptimizer& config, const SoftmaxMlp& task,
               Arithmetic arithmetic) {
  InnerRun run{.losses = {}, .parameters = Flat(file, "init/", task)};
  const auto optimizer = MakeOptimizer(config, task.parameters(), arithmetic);
  const auto prepared = optimizer->Prepare(testing::GoldenTheta(file, LayoutOf(config)));
  std::vector<float> state(optimizer->state_size()), scratch(optimizer->scratch_size());
  std::vector<float> gradient(run.parameters.size());
  optimizer->InitState(*prepared, state);
  const auto images = file.at("batch/image").f32();
  const auto labels = file.at("batch/label").i32();
  const size_t steps = file.at("loss").elements();
  const size_t batch = labels.size() / steps, pixels = images.size() / labels.size();
  for (size_t step = 0; step < steps; ++step) {
    const float loss =
        task.LossAndGradient(images.subspan(step * batch * pixels, batch * pixels),
                             labels.subspan(step * batch, batch), run.parameters, gradient);
    run.losses.push_back(loss);
    optimizer->Update(*prepared, static_cast<int64_t>(step), loss, gradient, run.parameters, state,
                      scratch);
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

void Compare(const GoldenFile& file, const SoftmaxMlp& task, const InnerRun& run) {
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
  std::printf("%-32s loss off by %.2e, parameters by %.2e, %5.1f %% of their tolerance\n",
              file.name.c_str(), loss_off, final_off, 100 * of_tolerance);
}

TEST(GoldenInner, TrainsAsTheLibraryDoes) {
  PACELINE_SKIP_WITHOUT_GOLDEN();
  int checked = 0;
  for (const std::string& path : testing::GoldenPaths("inner_")) {
    const auto file = testing::LoadGolden(path);
    ASSERT_TRUE(file.ok()) << file.status();
    const auto config = testing::GoldenOptimizer(file->config);
    if (!config || file->config.at("task").value("task", "") != "image_mlp") {
      std::printf("%-32s not supported yet: %s\n", file->name.c_str(),
                  file->config.value("optimizer", "?").c_str());
      continue;
    }
    const SoftmaxMlp task = TaskOf(file->config.at("task"));
    const InnerRun reference = Train(*file, *config, task, Arithmetic::kScalar);
    Compare(*file, task, reference);
    const InnerRun simd = Train(*file, *config, task, Arithmetic::kSimd);
    EXPECT_EQ(reference.parameters, simd.parameters) << file->name;
    EXPECT_EQ(reference.losses, simd.losses) << file->name;
    ++checked;
  }
  EXPECT_GT(checked, 0) << "no inner training of a supported optimizer in "
                        << testing::GoldenFolder();
}

}  // namespace
}  // namespace paceline
