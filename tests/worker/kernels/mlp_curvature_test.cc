// The SIMD curvature products against the plain ones, and their bits on every instruction set and
// team.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "tests/testing/emulator/block_emulator.h"
#include "tests/testing/targets.h"
#include "worker/kernels/mlp.h"
#include "worker/kernels/mlp_curvature_kernel.h"
#include "worker/task/image_mlp/softmax_mlp.h"

namespace paceline {
namespace {

struct Case {
  std::string name;
  std::vector<int> widths;
  v1::Activation activation;
  int batch;
  v1::Parametrization parametrization = v1::PARAMETRIZATION_STANDARD;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class MlpCurvatureTest : public ::testing::TestWithParam<Case> {
 protected:
  MlpCurvatureTest() : mlp_(GetParam().widths, GetParam().activation, GetParam().parametrization) {
    const auto& widths = GetParam().widths;
    shape_.layers = static_cast<int>(widths.size()) - 1;
    std::copy(widths.begin(), widths.end(), shape_.widths);
    for (int layer = 0; layer < shape_.layers; ++layer) {
      shape_.weights[layer] = mlp_.parameters()[2 * layer].offset;
      shape_.biases[layer] = mlp_.parameters()[2 * layer + 1].offset;
    }
    shape_.activation = static_cast<kernels::ActivationKind>(GetParam().activation);
    shape_.batch = GetParam().batch;
    shape_.output_multiplier = mlp_.output_multiplier();
    const ParameterTensor& last = mlp_.parameters().back();
    std::mt19937 random(11);
    std::normal_distribution<float> normal(0.0f, 0.4f);
    parameters_.resize(last.offset + last.size);
    for (float& p : parameters_) p = normal(random);
    for (size_t i = 0; i < parameters_.size(); ++i) v_.push_back(random() % 2 == 0 ? 1 : -1);
    images_.resize(static_cast<size_t>(shape_.batch) * widths.front());
    for (float& x : images_) x = std::abs(normal(random));
    for (int b = 0; b < shape_.batch; ++b) labels_.push_back(b * 7 % widths.back());
  }

  struct Both {
    std::vector<float> hessian, gauss_newton;
    explicit Both(size_t size) : hessian(size, NAN), gauss_newton(size, NAN) {}
    bool operator==(const Both&) const = default;
  };
  Both Run(lane::Target target) const {
    const kernels::MlpKernel kernel(shape_, target);
    std::vector<float> scratch(kernel.curvature_scratch_size(), NAN);
    Both both(parameters_.size());
    kernel.CurvatureProducts(images_, labels_, parameters_, v_, both.hessian, both.gauss_newton,
                             scratch);
    return both;
  }

  SoftmaxMlp mlp_;
  kernels::MlpShape shape_;
  std::vector<float> parameters_, v_, images_;
  std::vector<int32_t> labels_;
};

void ExpectNear(const std::vector<float>& result, const std::vector<float>& expected) {
  float largest = 0;
  for (const float x : expected) largest = std::max(largest, std::abs(x));
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(result[i], expected[i], 1e-5 * largest) << i;
  }
}

TEST_P(MlpCurvatureTest, AgreesWithThePlainLoops) {
  Both expected(parameters_.size());
  mlp_.CurvatureProducts(images_, labels_, parameters_, v_, expected.hessian,
                         expected.gauss_newton);
  const Both result = Run(lane::ActiveTarget());
  ExpectNear(result.hessian, expected.hessian);
  ExpectNear(result.gauss_newton, expected.gauss_newton);
}

TEST_P(MlpCurvatureTest, GivesTheSameBitsOnEveryInstructionSet) {
  const Both scalar = Run(lane::Target::kScalar);
  for (const lane::Target target : testing::RunnableTargets()) {
    EXPECT_EQ(Run(target), scalar) << lane::TargetName(target);
  }
}

// As a CUDA block computes it.
TEST_P(MlpCurvatureTest, GivesTheSameBitsToATeam) {
  const Both expected = Run(lane::Target::kScalar);
  const kernels::MlpCurvatureScratch at(shape_, kernels::Rows::kForTeams);
  const kernels::Batch batch = {images_.data(), static_cast<size_t>(shape_.widths[0]),
                                labels_.data()};
  for (const size_t threads : {1, 32, 48}) {
    std::vector<float> scratch(at.size, NAN);
    Both both(parameters_.size());
    RunBlocks(1, threads, [&](size_t, const EmulatedTeam& team) {
      kernels::MlpCurvature<lane::Scalar, EmulatedTeam>(shape_, at, parameters_.data(), v_.data(),
                                                        scratch.data(), team)
          .Products(batch, both.hessian.data(), both.gauss_newton.data());
    });
    EXPECT_EQ(both, expected) << threads;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, MlpCurvatureTest,
    ::testing::Values(Case{"Relu32", {64, 32, 10}, v1::ACTIVATION_RELU, 32},
                      Case{"NoHiddenLayer", {16, 10}, v1::ACTIVATION_RELU, 16},
                      Case{"OddSizes", {49, 17, 3, 33, 5}, v1::ACTIVATION_TANH, 37},
                      Case{"OneOfEach", {4, 1, 2}, v1::ACTIVATION_SIGMOID, 1},
                      Case{"Mu", {24, 16, 12, 10}, v1::ACTIVATION_TANH, 20, v1::PARAMETRIZATION_MU},
                      Case{"Selu", {20, 20, 10}, v1::ACTIVATION_SELU, 16},
                      Case{"Cos", {20, 20, 20, 10}, v1::ACTIVATION_COS, 16},
                      Case{"Silu", {20, 20, 20, 10}, v1::ACTIVATION_SILU, 16},
                      Case{"Gelu", {20, 20, 20, 10}, v1::ACTIVATION_GELU, 16}),
    [](const auto& shape) { return shape.param.name; });

}  // namespace
}  // namespace paceline
