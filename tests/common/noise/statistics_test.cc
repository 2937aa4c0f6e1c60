// The noise as a sample: distribution and independence. Streams are fixed, so these tests give the
// same figures on every run.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "common/noise/streams.h"

namespace paceline {
namespace {

constexpr Stream kBase = {
    .key = 42, .purpose = Purpose::kPerturbation, .particle = 9, .episode = 3, .step = 100};

std::vector<float> NormalsOf(const Stream& stream, size_t count, uint64_t first = 0) {
  std::vector<float> normals(count);
  FillNormals(stream, first, normals);
  return normals;
}

// Standard score of a mean of products that have mean 0 and variance 1 if a and b are independent.
double CorrelationScore(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum / std::sqrt(static_cast<double>(a.size()));
}

TEST(NormalStatistics, MomentsAreThoseOfTheStandardNormal) {
  constexpr size_t kCount = 1 << 24;
  double sums[7] = {};
  for (const float x : NormalsOf(kBase, kCount)) {
    double power = 1;
    for (double& sum : sums) {
      sum += power;
      power *= x;
    }
  }
  // E x^k and E x^2k give the score of the k-th moment.
  const double expected[7] = {1, 0, 1, 0, 3, 0, 15};
  const double second[7] = {1, 1, 3, 15, 105, 945, 10395};
  for (int k = 1; k < 7; ++k) {
    const double deviation = std::sqrt((second[k] - expected[k] * expected[k]) / kCount);
    EXPECT_LT(std::abs(sums[k] / kCount - expected[k]) / deviation, 5) << "moment " << k;
  }
}

TEST(NormalStatistics, TailsHoldTheExpectedCountsOutToFiveSigma) {
  constexpr size_t kCount = 1 << 25;
  double above[6] = {}, below[6] = {};
  for (uint64_t part = 0; part < 32; ++part) {
    for (const float x : NormalsOf(kBase, kCount / 32, part * (kCount / 32))) {
      const int sigmas = std::min(5, static_cast<int>(std::abs(x)));
      for (int k = 1; k <= sigmas; ++k) ++(x > 0 ? above[k] : below[k]);
    }
  }
  for (int k = 1; k <= 5; ++k) {
    const double p = 0.5 * std::erfc(k / std::sqrt(2.0));
    const double expected = kCount * p, deviation = std::sqrt(kCount * p * (1 - p));
    EXPECT_LT(std::abs(above[k] - expected), 5 * deviation) << "above " << k << " sigma";
    EXPECT_LT(std::abs(below[k] - expected), 5 * deviation) << "below " << k << " sigma";
  }
  EXPECT_GT(above[5] + below[5], 0);
}

TEST(NormalStatistics, TheDistributionFunctionIsTheNormalOne) {
  constexpr size_t kCount = 1 << 22, kBins = 256;
  std::vector<double> counts(kBins);
  for (const float x : NormalsOf(kBase, kCount)) {
    const double cumulative = 0.5 * std::erfc(-x / std::sqrt(2.0));
    ++counts[std::min(kBins - 1, static_cast<size_t>(cumulative * kBins))];
  }
  double chi_squared = 0;
  constexpr double kExpected = static_cast<double>(kCount) / kBins;
  for (const double count : counts) {
    chi_squared += (count - kExpected) * (count - kExpected) / kExpected;
  }
  const double score = (chi_squared - (kBins - 1)) / std::sqrt(2.0 * (kBins - 1));
  EXPECT_LT(std::abs(score), 5);
}

TEST(NormalStatistics, NeighbouringStreamsAreUncorrelated) {
  constexpr size_t kCount = 1 << 20;
  const auto with = [](auto change) {
    Stream stream = kBase;
    change(stream);
    return stream;
  };
  const std::vector<std::pair<std::string, Stream>> neighbours = {
      {"particle", with([](Stream& s) { ++s.particle; })},
      {"step", with([](Stream& s) { ++s.step; })},
      {"episode", with([](Stream& s) { ++s.episode; })},
      {"key", with([](Stream& s) { ++s.key; })},
      {"upper half of the key", with([](Stream& s) { s.key += 1ull << 32; })},
      {"purpose", with([](Stream& s) { s.purpose = Purpose::kTaskInit; })},
  };
  const std::vector<float> base = NormalsOf(kBase, kCount);
  for (const auto& [name, stream] : neighbours) {
    EXPECT_LT(std::abs(CorrelationScore(base, NormalsOf(stream, kCount))), 5) << name;
  }
}

TEST(NormalStatistics, NumbersOfOneStreamAreUncorrelatedAtEveryShortLag) {
  constexpr size_t kCount = 1 << 20;
  const std::vector<float> base = NormalsOf(kBase, kCount);
  for (uint64_t lag = 1; lag <= 9; ++lag) {
    EXPECT_LT(std::abs(CorrelationScore(base, NormalsOf(kBase, kCount, lag))), 5) << lag;
  }
}

// The two of a Box–Muller pair share a radius: their squares must still be uncorrelated.
TEST(NormalStatistics, SquaresOfNeighboursAreUncorrelated) {
  constexpr size_t kCount = 1 << 20;
  const std::vector<float> base = NormalsOf(kBase, kCount + 3);
  for (size_t lag = 1; lag <= 3; ++lag) {
    double sum = 0;
    for (size_t i = 0; i < kCount; ++i) {
      sum += (base[i] * base[i] - 1.0) * (base[i + lag] * base[i + lag] - 1.0) / 2;
    }
    EXPECT_LT(std::abs(sum / std::sqrt(static_cast<double>(kCount))), 5) << lag;
  }
}

TEST(UniformStatistics, IndicesFallEvenlyOnAllValues) {
  constexpr size_t kCount = 1 << 20;
  constexpr uint32_t kBound = 1000;
  std::vector<uint32_t> indices(kCount);
  FillIndices(kBase, 0, kBound, indices);
  std::vector<double> counts(kBound);
  for (const uint32_t index : indices) ++counts[index];
  double chi_squared = 0;
  constexpr double kExpected = static_cast<double>(kCount) / kBound;
  for (const double count : counts) {
    chi_squared += (count - kExpected) * (count - kExpected) / kExpected;
  }
  EXPECT_LT(std::abs(chi_squared - (kBound - 1)) / std::sqrt(2.0 * (kBound - 1)), 5);
}

}  // namespace
}  // namespace paceline
