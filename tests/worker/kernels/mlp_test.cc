#include "worker/kernels/mlp.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "tests/testing/emulator/block_emulator.h"
#include "worker/engine/gradient_source.h"
#include "worker/kernels/mlp_kernel.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

struct Case {
  std::string name;
  std::vector<uint32_t> hidden;
  v1::Activation activation;
  int size;
  int batch;
  v1::Parametrization parametrization = v1::PARAMETRIZATION_STANDARD;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class MlpKernelTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    v1::Task config;
    v1::ImageMlp& mlp = *config.mutable_image_mlp();
    mlp.set_dataset(v1::DATASET_FASHION_MNIST);
    mlp.set_size(GetParam().size);
    for (uint32_t width : GetParam().hidden) mlp.add_hidden(width);
    mlp.set_activation(GetParam().activation);
    mlp.set_batch(GetParam().batch);
    mlp.set_parametrization(GetParam().parametrization);
    auto task = MakeTask(config, data_);
    ASSERT_TRUE(task.ok()) << task.status();
    task_ = *std::move(task);
    mlp_ = dynamic_cast<const ImageMlp*>(task_.get());
    ASSERT_NE(mlp_, nullptr);
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0.0f, 0.3f);
    std::uniform_real_distribution<float> pixel(0.0f, 1.0f);
    parameters_.resize(task_->parameter_count());
    for (float& p : parameters_) p = normal(random);
    images_.resize(GetParam().batch * GetParam().size * GetParam().size);
    for (float& x : images_) x = pixel(random);
    for (int b = 0; b < GetParam().batch; ++b) labels_.push_back(b * 7 % 10);
  }

  struct Result {
    float loss;
    std::vector<float> gradient;
  };
  Result Run(lane::Target target) const {
    const kernels::MlpKernel kernel(KernelShape(*mlp_), target);
    Result result{0, std::vector<float>(parameters_.size(), NAN)};
    std::vector<float> scratch(kernel.scratch_size(), NAN);
    result.loss = kernel.LossAndGradient(images_, labels_, parameters_, result.gradient, scratch);
    return result;
  }

  static inline DataStore data_{"/usr/share/datasets"};
  std::unique_ptr<Task> task_;
  const ImageMlp* mlp_ = nullptr;
  std::vector<float> parameters_, images_;
  std::vector<int32_t> labels_;
};

TEST_P(MlpKernelTest, AgreesWithThePlainLoops) {
  std::vector<float> expected(parameters_.size());
  const float loss = mlp_->LossAndGradient(images_, labels_, parameters_, expected);
  const Result result = Run(lane::ActiveTarget());
  EXPECT_NEAR(result.loss, loss, 2e-6 * std::abs(loss));
  for (const ParameterTensor& tensor : task_->parameters()) {
    float largest = 0;
    for (size_t i = 0; i < tensor.size; ++i) {
      largest = std::max(largest, std::abs(expected[tensor.offset + i]));
    }
    for (size_t i = 0; i < tensor.size; ++i) {
      ASSERT_NEAR(result.gradient[tensor.offset + i], expected[tensor.offset + i], 4e-6 * largest)
          << tensor.name << "[" << i << "]";
    }
  }
}

TEST_P(MlpKernelTest, GivesTheSameBitsOnEveryInstructionSet) {
  const Result scalar = Run(lane::Target::kScalar);
  for (lane::Target target : {lane::Target::kAvx2, lane::Target::kAvx512}) {
    if (target > lane::ActiveTarget()) continue;
    const Result simd = Run(target);
    EXPECT_EQ(simd.loss, scalar.loss) << lane::TargetName(target);
    EXPECT_EQ(simd.gradient, scalar.gradient) << lane::TargetName(target);
  }
}

// As a CUDA block computes it.
TEST_P(MlpKernelTest, GivesTheSameBitsToATeam) {
  const Result expected = Run(lane::ActiveTarget());
  const kernels::MlpShape shape = KernelShape(*mlp_);
  const kernels::MlpScratch at(shape, kernels::Rows::kForTeams);
  const kernels::Batch batch = {images_.data(), static_cast<size_t>(shape.widths[0]),
                                labels_.data()};
  for (const size_t threads : {1, 32, 48}) {
    std::vector<float> scratch(at.size, NAN), gradient(parameters_.size(), NAN);
    std::vector<float> losses(threads);
    RunBlocks(1, threads, [&](size_t, const EmulatedTeam& team) {
      kernels::MlpEvaluation<lane::Scalar, EmulatedTeam> evaluation(shape, at, parameters_.data(),
                                                                    scratch.data(), team);
      losses[team.rank()] = evaluation.LossAndGradient(batch, gradient.data());
    });
    EXPECT_EQ(losses, std::vector<float>(threads, expected.loss)) << threads;
    EXPECT_EQ(gradient, expected.gradient) << threads;
  }
}

TEST_P(MlpKernelTest, ANaNAnywhereMakesTheLossNaN) {
  const size_t last = parameters_.size() - 1;  // the last class's bias
  parameters_[last] = NAN;
  EXPECT_TRUE(std::isnan(Run(lane::ActiveTarget()).loss));
  parameters_[last] = 0;
  parameters_[0] = NAN;
  for (float& x : images_) x += 0.1f;
  EXPECT_TRUE(std::isnan(Run(lane::ActiveTarget()).loss));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, MlpKernelTest,
    testing::Values(Case{"Relu32", {32}, v1::ACTIVATION_RELU, 8, 128},
                    Case{"NoHiddenLayer", {}, v1::ACTIVATION_RELU, 8, 16},
                    Case{"OddSizes", {17, 3, 33}, v1::ACTIVATION_TANH, 7, 37},
                    Case{"OneOfEach", {1}, v1::ACTIVATION_SIGMOID, 2, 1},
                    Case{"Wide", {128, 128}, v1::ACTIVATION_RELU, 28, 20},
                    Case{"Mu", {24, 12}, v1::ACTIVATION_RELU, 8, 20, v1::PARAMETRIZATION_MU},
                    Case{"Relu6", {20}, v1::ACTIVATION_RELU6, 8, 16},
                    Case{"Selu", {20}, v1::ACTIVATION_SELU, 8, 16},
                    Case{"Cos", {20, 20}, v1::ACTIVATION_COS, 8, 16},
                    Case{"Sin", {20, 20}, v1::ACTIVATION_SIN, 8, 16},
                    Case{"Silu", {20, 20}, v1::ACTIVATION_SILU, 8, 16},
                    Case{"Gelu", {20, 20}, v1::ACTIVATION_GELU, 8, 16},
                    Case{"LeakyRelu", {20, 20}, v1::ACTIVATION_LEAKY_RELU, 8, 16}),
    [](const auto& shape) { return shape.param.name; });

}  // namespace
}  // namespace paceline
