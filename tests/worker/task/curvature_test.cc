// Curvature products against differences of gradients, and Hutchinson's estimate against the exact
// diagonal.
#include "worker/task/curvature.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "worker/task/activation.h"
#include "worker/task/image_mlp/softmax_mlp.h"
#include "worker/task/quadratic/quadratic.h"

namespace paceline {
namespace {

// The network once more in double, by plain loops: only its loss.
struct DoubleMlp {
  std::vector<int> widths;
  v1::Activation activation;

  // The activations of float32 would hide small differences: only those with a closed form here.
  double Activated(double x) const {
    switch (activation) {
      case v1::ACTIVATION_TANH:
        return std::tanh(x);
      case v1::ACTIVATION_SIN:
        return std::sin(x);
      case v1::ACTIVATION_COS:
        return std::cos(x);
      case v1::ACTIVATION_SIGMOID:
        return 1 / (1 + std::exp(-x));
      case v1::ACTIVATION_SILU:
        return x / (1 + std::exp(-x));
      case v1::ACTIVATION_GELU:
        return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
      case v1::ACTIVATION_SELU:
        return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x));
      case v1::ACTIVATION_RELU6:
        return std::clamp(x, 0.0, 6.0);
      case v1::ACTIVATION_LEAKY_RELU:
        return x < 0 ? -0.5 * x : x;
      case v1::ACTIVATION_RELU:
      case v1::ACTIVATION_ANY:
      case v1::ACTIVATION_UNSPECIFIED:
      case v1::Activation_INT_MIN_SENTINEL_DO_NOT_USE_:
      case v1::Activation_INT_MAX_SENTINEL_DO_NOT_USE_:
        break;
    }
    return std::max(x, 0.0);
  }
  // [batch][class]
  std::vector<std::vector<double>> Logits(const std::vector<float>& images, size_t batch,
                                          const std::vector<double>& parameters) const {
    std::vector<std::vector<double>> logits;
    for (size_t n = 0; n < batch; ++n) {
      const size_t inputs = widths.front();
      std::vector<double> x(images.begin() + n * inputs, images.begin() + (n + 1) * inputs);
      size_t at = 0;
      for (size_t layer = 0; layer + 1 < widths.size(); ++layer) {
        const size_t in = widths[layer], out = widths[layer + 1];
        std::vector<double> y(parameters.begin() + at + in * out,
                              parameters.begin() + at + in * out + out);
        for (size_t i = 0; i < in; ++i) {
          for (size_t o = 0; o < out; ++o) y[o] += x[i] * parameters[at + i * out + o];
        }
        at += in * out + out;
        if (layer + 2 < widths.size()) {
          for (double& value : y) value = Activated(value);
        }
        x = std::move(y);
      }
      logits.push_back(std::move(x));
    }
    return logits;
  }
  static double LossOf(const std::vector<std::vector<double>>& logits,
                       const std::vector<int32_t>& labels) {
    double loss = 0;
    for (size_t n = 0; n < labels.size(); ++n) {
      double sum = 0;
      for (const double z : logits[n]) sum += std::exp(z);
      loss += (std::log(sum) - logits[n][labels[n]]) / static_cast<double>(labels.size());
    }
    return loss;
  }
};

class CurvatureTest : public testing::TestWithParam<v1::Activation> {
 protected:
  CurvatureTest() : network_{{4, 3, 3, 2}, GetParam()}, mlp_(network_.widths, GetParam()) {
    images_.resize(labels_.size() * 4);
    FillNormals({.key = 1, .purpose = Purpose::kBatch}, 0, images_);
    const ParameterTensor& last = mlp_.parameters().back();
    parameters_.resize(last.offset + last.size);
    FillNormals({.key = 2, .purpose = Purpose::kTaskInit}, 0, parameters_);
  }

  size_t size() const { return parameters_.size(); }
  std::vector<double> Moved(size_t i, double by_i, size_t j, double by_j) const {
    std::vector<double> moved(parameters_.begin(), parameters_.end());
    moved[i] += by_i;
    moved[j] += by_j;
    return moved;
  }
  // By central differences of the double loss; off by about 1e-7.
  double HessianAt(size_t i, size_t j) const {
    constexpr double kStep = 1e-4;
    double sum = 0;
    for (const int a : {-1, 1}) {
      for (const int b : {-1, 1}) {
        const auto moved = Moved(i, a * kStep, j, b * kStep);
        sum += a * b * DoubleMlp::LossOf(network_.Logits(images_, labels_.size(), moved), labels_);
      }
    }
    return sum / (4 * kStep * kStep);
  }
  // Σ over examples of Jᵀ·(diag p − p·pᵀ)·J / batch, J by central differences.
  std::vector<std::vector<double>> GaussNewton() const {
    constexpr double kStep = 1e-5;
    const size_t batch = labels_.size();
    std::vector<std::vector<std::vector<double>>> jacobian;  // [parameter][example][class]
    for (size_t i = 0; i < size(); ++i) {
      auto high = network_.Logits(images_, batch, Moved(i, kStep, i, 0));
      const auto low = network_.Logits(images_, batch, Moved(i, -kStep, i, 0));
      for (size_t n = 0; n < batch; ++n) {
        for (size_t c = 0; c < high[n].size(); ++c) {
          high[n][c] = (high[n][c] - low[n][c]) / (2 * kStep);
        }
      }
      jacobian.push_back(std::move(high));
    }
    const auto logits = network_.Logits(images_, batch, Moved(0, 0, 0, 0));
    std::vector<std::vector<double>> matrix(size(), std::vector<double>(size()));
    for (size_t n = 0; n < batch; ++n) {
      std::vector<double> p;
      double sum = 0;
      for (const double z : logits[n]) sum += std::exp(z);
      for (const double z : logits[n]) p.push_back(std::exp(z) / sum);
      for (size_t i = 0; i < size(); ++i) {
        for (size_t j = 0; j < size(); ++j) {
          double both = 0, first = 0, second = 0;
          for (size_t c = 0; c < p.size(); ++c) {
            both += p[c] * jacobian[i][n][c] * jacobian[j][n][c];
            first += p[c] * jacobian[i][n][c];
            second += p[c] * jacobian[j][n][c];
          }
          matrix[i][j] += (both - first * second) / static_cast<double>(batch);
        }
      }
    }
    return matrix;
  }

  struct Both {
    std::vector<float> hessian, gauss_newton;
  };
  Both Products(const std::vector<float>& v) const {
    Both both{std::vector<float>(size(), NAN), std::vector<float>(size(), NAN)};
    mlp_.CurvatureProducts(images_, labels_, parameters_, v, both.hessian, both.gauss_newton);
    return both;
  }

  DoubleMlp network_;
  SoftmaxMlp mlp_;
  std::vector<float> images_, parameters_;
  std::vector<int32_t> labels_ = {0, 1, 1, 0, 1};
};

TEST_P(CurvatureTest, ProductsWithUnitVectorsAreTheMatricesColumns) {
  const auto gauss_newton = GaussNewton();
  for (size_t j = 0; j < size(); ++j) {
    std::vector<float> unit(size());
    unit[j] = 1;
    const Both column = Products(unit);
    for (size_t i = 0; i < size(); ++i) {
      ASSERT_NEAR(column.hessian[i], HessianAt(i, j), 3e-6) << i << ", " << j;
      ASSERT_NEAR(column.gauss_newton[i], gauss_newton[i][j], 2e-6) << i << ", " << j;
    }
  }
}

// The rows of a Hadamard matrix are sign vectors whose products average to the identity: so the
// average of the estimates is the diagonal, without chance.
TEST_P(CurvatureTest, HutchinsonsEstimatesOverAllSignsAreTheExactDiagonal) {
  const size_t signs = std::bit_ceil(size());
  std::vector<double> hessian(size()), gauss_newton(size());
  for (size_t row = 0; row < signs; ++row) {
    std::vector<float> v(size());
    for (size_t i = 0; i < size(); ++i) v[i] = std::popcount(row & i) % 2 == 0 ? 1.0f : -1.0f;
    Both estimate = Products(v);
    ToDiagonal(v, estimate.hessian);
    ToDiagonal(v, estimate.gauss_newton);
    for (size_t i = 0; i < size(); ++i) {
      hessian[i] += estimate.hessian[i] / static_cast<double>(signs);
      gauss_newton[i] += estimate.gauss_newton[i] / static_cast<double>(signs);
    }
  }
  const auto exact = GaussNewton();
  for (size_t i = 0; i < size(); ++i) {
    ASSERT_NEAR(hessian[i], HessianAt(i, i), 3e-6) << i;
    ASSERT_NEAR(gauss_newton[i], exact[i][i], 2e-6) << i;
  }
}

TEST_P(CurvatureTest, OneOfTheTwoMayBeLeftOut) {
  const std::vector<float> v(size(), 1.0f);
  const Both both = Products(v);
  std::vector<float> alone(size());
  mlp_.CurvatureProducts(images_, labels_, parameters_, v, alone, {});
  EXPECT_EQ(alone, both.hessian);
  mlp_.CurvatureProducts(images_, labels_, parameters_, v, {}, alone);
  EXPECT_EQ(alone, both.gauss_newton);
}

INSTANTIATE_TEST_SUITE_P(Activations, CurvatureTest,
                         testing::Values(v1::ACTIVATION_RELU, v1::ACTIVATION_RELU6,
                                         v1::ACTIVATION_SELU, v1::ACTIVATION_TANH,
                                         v1::ACTIVATION_COS, v1::ACTIVATION_SIN,
                                         v1::ACTIVATION_SIGMOID, v1::ACTIVATION_SILU,
                                         v1::ACTIVATION_GELU, v1::ACTIVATION_LEAKY_RELU),
                         [](const auto& activation) {
                           return v1::Activation_Name(activation.param).substr(11);
                         });

TEST(CurvatureProbe, IsOfSignsAndAFunctionOfItsPlace) {
  const RunSeed seed{.key = 3, .particle = 1, .episode = 2};
  std::vector<float> v(1001), again(1001), other(1001);
  CurvatureProbe(seed, 7, v);
  CurvatureProbe(seed, 7, again);
  CurvatureProbe(seed, 8, other);
  EXPECT_EQ(v, again);
  EXPECT_NE(v, other);
  for (const float x : v) ASSERT_EQ(std::abs(x), 1.0f);
  EXPECT_LT(std::abs(std::accumulate(v.begin(), v.end(), 0.0f)), 5 * std::sqrt(1001.0f));
}

TEST(CurvatureOfQuadratics, IsExact) {
  const std::vector<float> p = {1, -2, 0.5f}, v = {1, 1, -1};
  std::vector<float> hessian(3), gauss_newton(3);
  Quadratic(3, v1::QUADRATIC_KIND_TARGET).CurvatureProducts({}, 0, p, v, hessian, gauss_newton);
  EXPECT_EQ(hessian, (std::vector<float>{2, 2, -2}));
  Quadratic(3, v1::QUADRATIC_KIND_LOG).CurvatureProducts({}, 0, p, v, hessian, gauss_newton);
  const double z = 5.25, along = -1.5;
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(hessian[i], 2 * v[i] / z - 4 * p[i] * along / (z * z), 1e-6);
    EXPECT_EQ(hessian[i], gauss_newton[i]);
  }
}

}  // namespace
}  // namespace paceline
