// The coordinate check of μ-parametrisation (G. Yang et al., "Tensor Programs V", 2022): how far a
// few steps move the logits must not depend on the network's width.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "common/noise/streams.h"
#include "tests/testing/sample_optimizers.h"
#include "tests/testing/sample_problems.h"
#include "worker/task/image_mlp/softmax_mlp.h"

namespace paceline {
namespace {

constexpr int kPixels = 64, kClasses = 10, kBatch = 64, kSteps = 5;

struct Data {
  std::vector<float> images = std::vector<float>(kBatch * kPixels);
  std::vector<int32_t> labels;
  Data() {
    FillNormals({.key = 5, .purpose = Purpose::kBatch}, 0, images);
    for (int b = 0; b < kBatch; ++b) labels.push_back(b % kClasses);
  }
};

// [batch, classes] of an MLP of ReLUs.
std::vector<double> Logits(const SoftmaxMlp& mlp, const Data& data,
                           const std::vector<float>& parameters) {
  std::vector<double> x(data.images.begin(), data.images.end());
  for (size_t layer = 0; layer + 1 < mlp.widths().size(); ++layer) {
    const int in = mlp.widths()[layer], out = mlp.widths()[layer + 1];
    const float* w = parameters.data() + mlp.parameters()[2 * layer].offset;
    const float* b = parameters.data() + mlp.parameters()[2 * layer + 1].offset;
    std::vector<double> y(static_cast<size_t>(kBatch * out));
    for (int n = 0; n < kBatch; ++n) {
      for (int o = 0; o < out; ++o) {
        double sum = b[o];
        for (int i = 0; i < in; ++i) {
          const double unit = x[n * in + i];
          sum += (layer > 0 ? std::max(unit, 0.0) : unit) * w[i * out + o];
        }
        y[n * out + o] = sum;
      }
    }
    x = y;
  }
  for (double& z : x) z *= mlp.output_multiplier();
  return x;
}

// Root mean square of the logits' change after a few steps, over a few initial weights.
double Movement(const v1::LearnedOptimizer& config, v1::Parametrization parametrization,
                int width) {
  const Data data;
  const SoftmaxMlp mlp({kPixels, width, width, kClasses}, v1::ACTIVATION_RELU, parametrization);
  const auto optimizer = MakeOptimizer(config, mlp.parameters(), Arithmetic::kSimd);
  const auto prepared = optimizer->Prepare(InitialTheta(LayoutOf(config), 4));
  double sum = 0, count = 0;
  for (uint32_t seed = 0; seed < 2; ++seed) {
    const ParameterTensor& last = mlp.parameters().back();
    std::vector<float> parameters(last.offset + last.size), gradient(parameters.size());
    std::vector<float> state(optimizer->state_size()), scratch(optimizer->scratch_size());
    mlp.SampleInitial({.key = 6, .purpose = Purpose::kTaskInit, .particle = seed}, parameters);
    optimizer->InitState(*prepared, state);
    const std::vector<double> before = Logits(mlp, data, parameters);
    for (int step = 0; step < kSteps; ++step) {
      mlp.LossAndGradient(data.images, data.labels, parameters, gradient);
      optimizer->Update(*prepared, {.iteration = step, .gradient = gradient.data()}, parameters,
                        state, scratch);
    }
    const std::vector<double> after = Logits(mlp, data, parameters);
    for (size_t i = 0; i < after.size(); ++i, ++count) sum += std::pow(after[i] - before[i], 2);
  }
  return std::sqrt(sum / count);
}

template <class Own>
v1::LearnedOptimizer Config(Own* (v1::LearnedOptimizer::*mutable_own)()) {
  v1::LearnedOptimizer config;
  Own& own = *(config.*mutable_own)();
  own.set_hidden(4);
  own.set_layers(2);
  own.set_step_multiplier(0.01);
  own.set_exp_multiplier(0.001);
  return config;
}

// Largest over smallest movement of widths 32 to 256.
double Spread(const v1::LearnedOptimizer& config, v1::Parametrization parametrization) {
  std::vector<double> moves;
  for (const int width : {32, 64, 128, 256}) {
    moves.push_back(Movement(config, parametrization, width));
    std::printf("%s width %d: logits move by %.3g\n",
                v1::Parametrization_Name(parametrization).c_str(), width, moves.back());
  }
  return *std::ranges::max_element(moves) / *std::ranges::min_element(moves);
}

// The same θ on all widths.
TEST(WidthTransfer, WithMuTheLogitsMoveAlikeAtEveryWidth) {
  EXPECT_LT(Spread(Config(&v1::LearnedOptimizer::mutable_mu_adafac_mlp), v1::PARAMETRIZATION_MU),
            2.5);
}

TEST(WidthTransfer, WithoutItTheyMoveMoreTheWiderTheNetworkIs) {
  EXPECT_GT(Spread(Config(&v1::LearnedOptimizer::mutable_adafac_mlp), v1::PARAMETRIZATION_STANDARD),
            5);
}

}  // namespace
}  // namespace paceline
