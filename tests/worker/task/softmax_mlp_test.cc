#include "worker/task/image_mlp/softmax_mlp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "worker/task/softmax.h"

namespace paceline {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

Stream InitialStream(uint32_t particle = 0) {
  return {.key = 7, .purpose = Purpose::kTaskInit, .particle = particle, .episode = 3};
}

// A batch of 5 in [0, 1), and parameters whose biases are not zero.
struct Problem {
  SoftmaxMlp mlp;
  std::vector<float> images, parameters;
  std::vector<int32_t> labels = {0, 2, 1, 2, 0};

  Problem(std::vector<int> widths, v1::Activation activation) : mlp(widths, activation) {
    images.resize(labels.size() * widths.front());
    for (size_t i = 0; i < images.size(); ++i) {
      images[i] = static_cast<float>(UniformAt({.key = 1, .purpose = Purpose::kBatch}, i));
    }
    const ParameterTensor& last = mlp.parameters().back();
    parameters.resize(last.offset + last.size);
    FillNormals({.key = 2, .purpose = Purpose::kTaskInit}, 0, parameters);
    for (float& p : parameters) p *= 0.7f;
  }
  double Loss() const { return mlp.Loss(images, labels, parameters); }
  std::vector<float> Gradient() const {
    std::vector<float> gradient(parameters.size(), NAN);
    mlp.LossAndGradient(images, labels, parameters, gradient);
    return gradient;
  }
};

TEST(Softmax, EqualLogitsLoseTheLogOfTheClasses) {
  const std::vector<float> logits(2 * 10, 3.0f);
  const std::vector<int32_t> labels = {4, 9};
  EXPECT_NEAR(SoftmaxCrossEntropy(logits, labels, {}), std::log(10.0), 1e-6);
}

TEST(Softmax, TheGradientIsProbabilityMinusTargetOverTheBatch) {
  const std::vector<float> logits = {0, std::log(3.0f), 0, 0};
  const std::vector<int32_t> labels = {1, 0};
  std::vector<float> gradient(4);
  EXPECT_NEAR(SoftmaxCrossEntropy(logits, labels, gradient),
              (std::log(4.0 / 3) + std::log(2.0)) / 2, 1e-7);
  EXPECT_THAT(gradient, testing::Pointwise(testing::FloatNear(1e-7f),
                                           std::vector<float>{0.125f, -0.125f, -0.25f, 0.25f}));
}

TEST(Softmax, HugeLogitsDoNotOverflow) {
  const std::vector<float> logits = {1e30f, -1e30f, 0, -1e30f};
  const std::vector<int32_t> labels = {0, 0};
  std::vector<float> gradient(4);
  EXPECT_EQ(SoftmaxCrossEntropy(logits, labels, gradient), 0);
  EXPECT_THAT(gradient, Each(0.0f));
}

TEST(Softmax, ANanOrInfiniteLogitGivesNanWhereverItIs) {
  for (const float bad : {NAN, INFINITY}) {
    for (int at = 0; at < 3; ++at) {
      std::vector<float> logits = {1, 2, 3};
      logits[at] = bad;
      for (const int32_t label : {0, 1, 2}) {
        EXPECT_TRUE(std::isnan(SoftmaxCrossEntropy(logits, {&label, 1}, {}))) << bad << at << label;
      }
    }
  }
}

TEST(SoftmaxMlp, TensorsAreNamedAsInTheReferenceAndLieOneAfterTheOther) {
  const SoftmaxMlp mlp({64, 32, 10}, v1::ACTIVATION_RELU);
  std::vector<std::string> names;
  size_t offset = 0;
  for (const ParameterTensor& tensor : mlp.parameters()) {
    names.push_back(tensor.name);
    EXPECT_EQ(tensor.offset, offset);
    offset += tensor.size;
  }
  EXPECT_THAT(names, ElementsAre("mlp/~/linear_0/w", "mlp/~/linear_0/b", "mlp/~/linear_1/w",
                                 "mlp/~/linear_1/b"));
  EXPECT_THAT(mlp.parameters()[0].shape, ElementsAre(64, 32));
  EXPECT_THAT(mlp.parameters()[3].shape, ElementsAre(10));
  EXPECT_EQ(offset, 2410u);
}

TEST(SoftmaxMlp, WithoutHiddenLayersItIsLogisticRegression) {
  const Problem problem({4, 3}, v1::ACTIVATION_RELU);
  double expected = 0;
  for (size_t n = 0; n < 5; ++n) {
    double sum = 0;
    double own = 0;
    for (int c = 0; c < 3; ++c) {
      double z = problem.parameters[12 + c];
      for (int i = 0; i < 4; ++i) z += problem.images[4 * n + i] * problem.parameters[3 * i + c];
      sum += std::exp(z);
      if (c == problem.labels[n]) own = z;
    }
    expected += (std::log(sum) - own) / 5;
  }
  EXPECT_NEAR(problem.Loss(), expected, 1e-6);
}

TEST(SoftmaxMlp, LossAndGradientGivesTheSameLossAsLoss) {
  const Problem problem({6, 5, 3}, v1::ACTIVATION_TANH);
  std::vector<float> gradient(problem.parameters.size());
  EXPECT_EQ(
      problem.mlp.LossAndGradient(problem.images, problem.labels, problem.parameters, gradient),
      static_cast<float>(problem.Loss()));
}

class GradientOf : public testing::TestWithParam<int> {};

// A fourth-order difference: float32 losses allow no small step, smooth activations no large one.
TEST_P(GradientOf, AgreesWithFiniteDifferencesAlongRandomDirections) {
  Problem problem({6, 7, 5, 3}, static_cast<v1::Activation>(GetParam()));
  const std::vector<float> gradient = problem.Gradient();
  const std::vector<float> start = problem.parameters;
  std::vector<float> direction(start.size());
  for (uint32_t trial = 0; trial < 20; ++trial) {
    FillNormals({.key = 9, .purpose = Purpose::kPerturbation, .step = trial}, 0, direction);
    const auto loss_at = [&](float h) {
      for (size_t i = 0; i < start.size(); ++i) {
        problem.parameters[i] = start[i] + h * direction[i];
      }
      return problem.Loss();
    };
    const float h = 2e-3f;
    const double difference =
        (8 * (loss_at(h) - loss_at(-h)) - (loss_at(2 * h) - loss_at(-2 * h))) / (12 * h);
    const double along =
        std::inner_product(gradient.begin(), gradient.end(), direction.begin(), 0.0);
    const double scale =
        std::sqrt(std::inner_product(gradient.begin(), gradient.end(), gradient.begin(), 1e-3));
    EXPECT_NEAR(along, difference, 4e-3 * scale) << "trial " << trial;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryActivation, GradientOf,
                         testing::Range<int>(v1::ACTIVATION_RELU, v1::ACTIVATION_LEAKY_RELU + 1),
                         [](const auto& instance) {
                           return v1::Activation_Name(static_cast<v1::Activation>(instance.param));
                         });

TEST(SoftmaxMlp, InitialWeightsAreTruncatedNormalsOfTheInverseRootOfTheFanIn) {
  const SoftmaxMlp mlp({400, 300, 10}, v1::ACTIVATION_RELU);
  std::vector<float> parameters(400 * 300 + 300 + 300 * 10 + 10, NAN);
  mlp.SampleInitial(InitialStream(), parameters);
  double sum = 0, squares = 0, largest = 0;
  for (size_t i = 0; i < 400 * 300; ++i) {
    sum += parameters[i];
    squares += parameters[i] * parameters[i];
    largest = std::max<double>(largest, std::abs(parameters[i]));
  }
  const double sigma = 1.0 / 20;
  EXPECT_NEAR(sum / 120000, 0, 5 * sigma / std::sqrt(120000));
  // The truncation shrinks the standard deviation by 0.87962566; 120,000 draws know it to 0.2 %.
  EXPECT_NEAR(std::sqrt(squares / 120000), 0.87962566 * sigma, 0.01 * sigma);
  EXPECT_LE(largest, 2.000001 * sigma);
  EXPECT_GT(largest, 1.99 * sigma);
}

TEST(SoftmaxMlp, InitialBiasesAreZero) {
  const SoftmaxMlp mlp({4, 3, 2}, v1::ACTIVATION_RELU);
  std::vector<float> parameters(4 * 3 + 3 + 3 * 2 + 2, NAN);
  mlp.SampleInitial(InitialStream(), parameters);
  for (const size_t tensor : {1, 3}) {
    const ParameterTensor& b = mlp.parameters()[tensor];
    EXPECT_THAT(std::span(parameters).subspan(b.offset, b.size), Each(0.0f));
  }
}

// The last layer of a μ-parametrised network is that of a standard one with its parameters divided
// by its inputs.
TEST(SoftmaxMlp, WithMuTheLogitsAreDividedByTheLastLayersInputs) {
  const std::vector<int> widths = {6, 7, 5, 3};
  const Problem standard(widths, v1::ACTIVATION_TANH);
  const SoftmaxMlp mu(widths, v1::ACTIVATION_TANH, v1::PARAMETRIZATION_MU);
  EXPECT_EQ(mu.output_multiplier(), 1 / 5.0f);
  const size_t last = mu.parameters()[4].offset;
  std::vector<float> parameters = standard.parameters;
  for (size_t i = last; i < parameters.size(); ++i) parameters[i] *= 5;
  std::vector<float> gradient(parameters.size());
  const float loss = mu.LossAndGradient(standard.images, standard.labels, parameters, gradient);
  EXPECT_NEAR(loss, standard.Loss(), 1e-6);
  const std::vector<float> expected = standard.Gradient();
  for (size_t i = 0; i < gradient.size(); ++i) {
    EXPECT_NEAR(gradient[i], i < last ? expected[i] : expected[i] / 5, 1e-6) << i;
  }
}

TEST(SoftmaxMlp, WithMuOutputWeightsStartAtZeroAndBiasesNormal) {
  const SoftmaxMlp mlp({64, 500, 400, 10}, v1::ACTIVATION_RELU, v1::PARAMETRIZATION_MU);
  const ParameterTensor& last = mlp.parameters().back();
  std::vector<float> parameters(last.offset + last.size, NAN);
  mlp.SampleInitial(InitialStream(), parameters);
  const auto part = [&](size_t tensor) {
    const ParameterTensor& own = mlp.parameters()[tensor];
    return std::span(parameters).subspan(own.offset, own.size);
  };
  const auto variance = [](std::span<const float> values) {
    return std::inner_product(values.begin(), values.end(), values.begin(), 0.0) /
           static_cast<double>(values.size());
  };
  EXPECT_THAT(part(4), Each(0.0f));
  EXPECT_NEAR(variance(part(2)) * 500, 0.87962566 * 0.87962566, 0.02);  // hidden weights
  EXPECT_NEAR(variance(part(1)), 1, 0.25);                              // 500 biases
  EXPECT_NEAR(variance(part(3)), 1, 0.3);
  EXPECT_EQ(mlp.parameters()[0].kind, TensorKind::kInputWeights);
  EXPECT_EQ(mlp.parameters()[2].kind, TensorKind::kHiddenWeights);
  EXPECT_EQ(mlp.parameters()[3].kind, TensorKind::kBias);
  EXPECT_EQ(mlp.parameters()[4].kind, TensorKind::kOutputWeights);
}

TEST(SoftmaxMlp, LayersAndParticlesStartDifferently) {
  const SoftmaxMlp mlp({4, 4, 4}, v1::ACTIVATION_RELU);
  std::vector<float> a(40), again(40), other(40);
  mlp.SampleInitial(InitialStream(), a);
  mlp.SampleInitial(InitialStream(), again);
  mlp.SampleInitial(InitialStream(1), other);
  EXPECT_EQ(a, again);
  EXPECT_NE(a[0], other[0]);
  EXPECT_NE(a[0] * 1.0f, a[mlp.parameters()[2].offset]);
}

}  // namespace
}  // namespace paceline
