#include "worker/baselines/muon.h"

#include <gtest/gtest.h>

#include "tests/worker/baselines/trajectory.h"
#include "worker/baselines/adamw.h"
#include "worker/baselines/rate_schedule.h"

namespace paceline {
namespace {

// The rule as its text has it, in double and in plain loops.
class Matrix {
 public:
  Matrix(size_t rows, size_t columns) : rows_(rows), columns_(columns), values_(rows * columns) {}
  double& at(size_t row, size_t column) { return values_[row * columns_ + column]; }
  double at(size_t row, size_t column) const { return values_[row * columns_ + column]; }
  size_t rows() const { return rows_; }
  size_t columns() const { return columns_; }

  Matrix Transposed() const {
    Matrix result(columns_, rows_);
    for (size_t i = 0; i < rows_; ++i) {
      for (size_t j = 0; j < columns_; ++j) result.at(j, i) = at(i, j);
    }
    return result;
  }
  Matrix Times(const Matrix& other) const {
    Matrix result(rows_, other.columns_);
    for (size_t i = 0; i < rows_; ++i) {
      for (size_t j = 0; j < other.columns_; ++j) {
        for (size_t k = 0; k < columns_; ++k) result.at(i, j) += at(i, k) * other.at(k, j);
      }
    }
    return result;
  }
  // a·this + b·other
  Matrix Mixed(double a, double b, const Matrix& other) const {
    Matrix result = *this;
    for (size_t i = 0; i < values_.size(); ++i) {
      result.values_[i] = a * values_[i] + b * other.values_[i];
    }
    return result;
  }
  double Norm() const {
    double sum = 0;
    for (const double x : values_) sum += x * x;
    return std::sqrt(sum);
  }

 private:
  size_t rows_, columns_;
  std::vector<double> values_;
};

Matrix NewtonSchulz5(Matrix x) {
  if (x.rows() > x.columns()) return NewtonSchulz5(x.Transposed()).Transposed();
  x = x.Mixed(1 / (x.Norm() + 1e-7), 0, x);
  for (int i = 0; i < 5; ++i) {
    const Matrix a = x.Times(x.Transposed());
    const Matrix b = a.Mixed(-4.7750, 2.0315, a.Times(a));
    x = x.Mixed(3.4445, 1, b.Times(x));
  }
  return x;
}

struct Settings {
  double rate, warmup, momentum;
};

void ExpectTheRule(const std::vector<int64_t>& shape, size_t rows, size_t columns) {
  const Settings settings = {.rate = 0.05, .warmup = 0.25, .momentum = 0.9};
  std::mt19937 random(3);
  const std::vector<float> initial = RandomFloats(random, rows * columns);
  std::vector<std::vector<float>> gradients;
  for (int i = 0; i < 12; ++i) gradients.push_back(RandomFloats(random, rows * columns));
  const auto ours =
      Follow(*MakeMuon(TensorsOf({shape})), {0.05f, 0.25f, 0.9f, 0}, initial, gradients);

  Matrix p(rows, columns), m(rows, columns);
  for (size_t k = 0; k < initial.size(); ++k) p.at(k / columns, k % columns) = initial[k];
  const double scale =
      std::sqrt(std::max(1.0, static_cast<double>(columns) / static_cast<double>(rows)));
  for (size_t t = 0; t < gradients.size(); ++t) {
    Matrix g(rows, columns);
    for (size_t k = 0; k < initial.size(); ++k) g.at(k / columns, k % columns) = gradients[t][k];
    m = m.Mixed(settings.momentum, 1, g);
    const double rate =
        settings.rate * RateFactor({.warmup = settings.warmup}, static_cast<int64_t>(t), 12);
    p = p.Mixed(1, -rate * scale, NewtonSchulz5(g.Mixed(1, settings.momentum, m)));
    for (size_t k = 0; k < initial.size(); ++k) {
      ASSERT_NEAR(ours[t][k], p.at(k / columns, k % columns), 2e-5) << t << " " << k;
    }
  }
}

TEST(MuonTest, WideAndTallMatricesMoveAsTheTextSays) {
  ExpectTheRule({5, 19}, 5, 19);
  ExpectTheRule({33, 4}, 33, 4);
  ExpectTheRule({1, 6}, 1, 6);
}

TEST(MuonTest, AKernelIsAMatrixOfItsOutputs) { ExpectTheRule({3, 3, 2, 7}, 18, 7); }

TEST(MuonTest, TheRestMovesByAdamW) {
  std::vector<ParameterTensor> tensors = TensorsOf({{6, 4}, {5}, {4, 3}});
  tensors[2].kind = TensorKind::kEmbedding;
  std::mt19937 random(3);
  const std::vector<float> initial = RandomFloats(random, 41);
  std::vector<std::vector<float>> gradients;
  for (int i = 0; i < 8; ++i) gradients.push_back(RandomFloats(random, 41));
  const auto muon = Follow(*MakeMuon(tensors), {0.1f, 0.25f, 0.9f, 0.03f}, initial, gradients);
  const auto adamw =
      Follow(*MakeAdamW(tensors), {0.03f, 0.25f, 0, 0.9f, 0.99f, 0}, initial, gradients);
  for (size_t t = 0; t < gradients.size(); ++t) {
    for (size_t k = 24; k < 41; ++k) ASSERT_EQ(muon[t][k], adamw[t][k]) << t << " " << k;
    EXPECT_NE(muon[t][0], adamw[t][0]);
  }
}

TEST(MuonTest, AGradientOfZeroMovesNothing) {
  const std::vector<float> initial = {1, 2, 3, 4, 5, 6};
  const auto path = Follow(*MakeMuon(TensorsOf({{2, 3}})), {0.1f, 0, 0.9f, 0.1f}, initial,
                           {std::vector<float>(6), std::vector<float>(6)});
  EXPECT_EQ(path.back(), initial);
}

TEST(MuonTest, SuitsWhatHasAMatrix) {
  EXPECT_TRUE(MuonBaseline().suits(TensorsOf({{7}, {3, 2}})));
  EXPECT_FALSE(MuonBaseline().suits(TensorsOf({{7}, {}})));
}

}  // namespace
}  // namespace paceline
