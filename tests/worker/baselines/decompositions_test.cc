#include "worker/baselines/rules/decompositions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "tests/worker/baselines/counting_lane.h"

namespace paceline {
namespace {

constexpr size_t kStride = 48;

template <class Number>
using Matrix = std::vector<Number>;  // [n, kStride]

// aᵀ·diag(values)·a where given, of rank `rank`.
template <class Number>
Matrix<Number> Symmetric(size_t n, size_t rank, double scale) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  Matrix<Number> a(n * kStride);
  std::vector<double> factor(n);
  for (size_t k = 0; k < rank; ++k) {
    for (double& x : factor) x = normal(random);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        a[i * kStride + j] += static_cast<Number>(scale * factor[i] * factor[j]);
      }
    }
  }
  return a;
}

template <class Number>
double RowProduct(size_t n, const Matrix<Number>& a, size_t i, const Matrix<Number>& b, size_t j) {
  double sum = 0;
  for (size_t k = 0; k < n; ++k) sum += double{a[i * kStride + k]} * double{b[j * kStride + k]};
  return sum;
}

template <class Number>
double DistanceToOrthonormal(size_t n, const Matrix<Number>& z) {
  double largest = 0;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      largest = std::max(largest, std::abs(RowProduct(n, z, i, z, j) - (i == j ? 1 : 0)));
    }
  }
  return largest;
}

// |a·z_k − d_k·z_k| over the largest |d|.
template <class Number>
double Residual(size_t n, const Matrix<Number>& a, const std::vector<Number>& d,
                const Matrix<Number>& z) {
  double largest = 0, size = 1e-300;
  for (size_t k = 0; k < n; ++k) {
    size = std::max(size, std::abs(double{d[k]}));
    for (size_t i = 0; i < n; ++i) {
      const double off = RowProduct(n, a, i, z, k) - double{d[k]} * double{z[k * kStride + i]};
      largest = std::max(largest, std::abs(off));
    }
  }
  return largest / size;
}

template <class V>
void ExpectEigenvectors(size_t n, size_t rank, double scale, double tolerance) {
  using Number = lane::Number<V>;
  const Matrix<Number> a = Symmetric<Number>(n, rank, scale);
  Matrix<Number> copy = a, z(n * kStride);
  std::vector<Number> d(n), work(3 * n);
  Eigenvectors<V>(n, kStride, copy.data(), d.data(), z.data(), work.data());
  EXPECT_LT(DistanceToOrthonormal(n, z), tolerance) << n << " " << rank;
  EXPECT_LT(Residual(n, a, d, z), tolerance) << n << " " << rank;
}

TEST(DecompositionsTest, EigenvectorsAreOrthonormalAndLeaveNoResidual) {
  for (const size_t n : {1, 2, 3, 7, 16, 33, 48}) {
    for (const size_t rank : {size_t{0}, size_t{1}, n / 2, n, 3 * n}) {
      for (const double scale : {1.0, 1e-12, 1e12}) {
        ExpectEigenvectors<lane::Double>(n, rank, scale, 1e-13 * static_cast<double>(n + 10));
        ExpectEigenvectors<lane::Scalar>(n, rank, scale, 1e-6 * static_cast<double>(n + 10));
      }
    }
  }
}

TEST(DecompositionsTest, OrthonormalRowsSpanTheGivenOnes) {
  for (const size_t n : {1, 2, 5, 31}) {
    Matrix<double> a = Symmetric<double>(n, 2 * n, 1), copy = a, z(n * kStride);
    std::vector<double> betas(n);
    Orthonormalize<lane::Double>(n, kStride, copy.data(), z.data(), betas.data());
    EXPECT_LT(DistanceToOrthonormal(n, z), 1e-13);
    // Row i of a has no part along later rows of z.
    for (size_t i = 0; i < n; ++i) {
      for (size_t k = i + 1; k < n; ++k) EXPECT_NEAR(RowProduct(n, a, i, z, k), 0, 1e-11);
    }
  }
}

TEST(DecompositionsTest, RowsThatDependOnOthersAreMadeUpFor) {
  for (const size_t rank : {0, 1, 4}) {
    Matrix<double> a = Symmetric<double>(9, rank, 1), z(9 * kStride);
    std::vector<double> betas(9);
    Orthonormalize<lane::Double>(9, kStride, a.data(), z.data(), betas.data());
    EXPECT_LT(DistanceToOrthonormal(9, z), 1e-13) << rank;
  }
}

TEST(DecompositionsTest, RowsMayBeTiny) {
  for (const float size : {1e-15f, 1e-20f, 1e-30f, 1e-40f}) {
    Matrix<float> a = Symmetric<float>(9, 9, 1), z(9 * kStride);
    for (size_t i = 3; i < 7; ++i) {
      for (size_t j = 0; j < 9; ++j) a[i * kStride + j] *= size;
    }
    std::vector<float> betas(9);
    Orthonormalize<lane::Scalar>(9, kStride, a.data(), z.data(), betas.data());
    EXPECT_LT(DistanceToOrthonormal(9, z), 1e-5) << size;
  }
}

// What the decompositions do with a [n, kStride] matrix that has a number that is not finite in it:
// no more work than their bounded iterations can be, and nothing beyond the matrix.
template <class Decompose>
void ExpectEnds(Matrix<float> a, const Decompose& decompose) {
  constexpr size_t n = 9;
  constexpr float kGuard = 12345;
  const auto guard = [](Matrix<float>& matrix) {
    for (size_t i = 0; i < n * kStride; ++i) {
      if (i % kStride >= n) matrix[i] = kGuard;
    }
  };
  Matrix<float> z(n * kStride);
  guard(a);
  guard(z);
  std::vector<float> d(n + 1, kGuard), work(3 * n + 1, kGuard);
  lane::Counted::flops = 0;
  decompose(n, a.data(), d.data(), z.data(), work.data());
  EXPECT_LT(lane::Counted::flops, 61 * n * n * 6 * n);
  for (size_t i = 0; i < n * kStride; ++i) {
    if (i % kStride < n) continue;
    EXPECT_EQ(a[i], kGuard);
    EXPECT_EQ(z[i], kGuard);
  }
  EXPECT_EQ(d.back(), kGuard);
  EXPECT_EQ(work.back(), kGuard);
}

TEST(DecompositionsTest, WhatIsNotFiniteEndsAndStaysWithinItsMatrix) {
  using V = lane::Counting<float>;
  for (const float odd : {NAN, INFINITY, -INFINITY}) {
    for (size_t at = 0; at < 81; ++at) {
      SCOPED_TRACE(::testing::Message() << odd << " at " << at);
      Matrix<float> a = Symmetric<float>(9, 9, 1);
      a[at / 9 * kStride + at % 9] = a[at % 9 * kStride + at / 9] = odd;
      ExpectEnds(a, [](size_t n, float* own, float* d, float* z, float* work) {
        Eigenvectors<V>(n, kStride, own, d, z, work);
      });
      ExpectEnds(a, [](size_t n, float* own, float* d, float* z, float*) {
        Orthonormalize<V>(n, kStride, own, z, d);
      });
    }
  }
}

}  // namespace
}  // namespace paceline
