#include "common/evaluation/statistics.h"

#include <cmath>
#include <random>

#include "common/evaluation/bootstrap.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(StatisticsTest, TheDeviationIsThatOfASample) {
  const std::vector<double> values = {1, 2, 3, 4};
  const SampleMean mean = SampleMeanOf(values);
  EXPECT_EQ(mean.mean, 2.5);
  EXPECT_NEAR(mean.deviation, 1.2909944487358056, 1e-15);
  // 3.1824 · 1.29099 / 2
  EXPECT_NEAR(mean.interval.high - mean.mean, 2.05427, 1e-4);
}

TEST(StatisticsTest, OneValueSaysNothingOfItsSpread) {
  const std::vector<double> values = {3};
  EXPECT_EQ(SampleMeanOf(values).mean, 3);
  EXPECT_TRUE(std::isinf(SampleMeanOf(values).interval.low));
}

TEST(StatisticsTest, StudentsQuantilesAreThoseOfTheTables) {
  EXPECT_NEAR(StudentQuantile(9), 2.2622, 1e-4);
  EXPECT_NEAR(StudentQuantile(40), 2.0211, 1e-4);
  EXPECT_NEAR(StudentQuantile(1000), 1.9623, 1e-4);
}

TEST(StatisticsTest, TheInterquartileMeanCutsAQuarterOffEachEnd) {
  EXPECT_EQ(InterquartileMean({5}), 5);
  EXPECT_EQ(InterquartileMean({1, 3}), 2);
  EXPECT_EQ(InterquartileMean({1000, 1, 2, -1000}), 1.5);
  // A quarter of five is one and a quarter: (¾·2 + 3 + ¾·7) / 2½.
  EXPECT_NEAR(InterquartileMean({1, 2, 3, 7, 100}), (0.75 * 2 + 3 + 0.75 * 7) / 2.5, 1e-12);
}

TEST(StatisticsTest, MediansAndPercentilesLieBetweenValues) {
  EXPECT_EQ(MedianOf({3, 1, 2}), 2);
  EXPECT_EQ(MedianOf({4, 1, 2, 3}), 2.5);
  std::vector<double> values(1001);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  EXPECT_NEAR(PercentileInterval(values).low, 25, 1e-9);
  EXPECT_NEAR(PercentileInterval(values).high, 975, 1e-9);
}

TEST(BootstrapTest, AResampleHasAsManyRunsAndDependsOnSeedCaseAndNumberAlone) {
  const Bootstrap bootstrap(5);
  uint32_t sum = 0;
  for (const uint32_t count : bootstrap.RunCounts(3, 17, 10)) sum += count;
  EXPECT_EQ(sum, 10u);
  EXPECT_EQ(bootstrap.RunCounts(3, 17, 10), Bootstrap(5).RunCounts(3, 17, 10));
  EXPECT_NE(bootstrap.RunCounts(3, 17, 10), Bootstrap(6).RunCounts(3, 17, 10));
  EXPECT_NE(bootstrap.RunCounts(3, 17, 10), bootstrap.RunCounts(4, 17, 10));
  EXPECT_NE(bootstrap.RunCounts(3, 17, 10), bootstrap.RunCounts(3, 18, 10));
}

TEST(BootstrapTest, EveryCaseIsDrawnEquallyOften) {
  const Bootstrap bootstrap(1);
  std::vector<int> counts(8, 0);
  for (uint32_t number = 0; number < kResamples; ++number) {
    for (const auto& draw : bootstrap.Cases(number, 8)) ++counts[draw.case_place];
  }
  for (const int count : counts) EXPECT_NEAR(count, static_cast<int>(kResamples), 200);
}

// Part of 400 simulated studies whose 95 % interval holds the truth. A study has `cases` means of
// normal case effects, each seen through `runs` noisy runs.
double Coverage(uint32_t cases, uint32_t runs) {
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  int covered = 0;
  for (uint64_t study = 0; study < 400; ++study) {
    std::vector<std::vector<double>> values(cases);
    for (auto& one : values) {
      const double effect = 2 + normal(random);
      for (uint32_t run = 0; run < runs; ++run) one.push_back(effect + 0.5 * normal(random));
    }
    const Bootstrap bootstrap(study);
    std::vector<double> replicates;
    for (uint32_t number = 0; number < kResamples / 4; ++number) {
      double sum = 0;
      for (const auto& draw : bootstrap.Cases(number, cases)) {
        const auto counts = bootstrap.RunCounts(draw.case_place, draw.resample, runs);
        for (uint32_t run = 0; run < runs; ++run) sum += counts[run] * values[draw.case_place][run];
      }
      replicates.push_back(sum / (cases * runs));
    }
    const Interval interval = PercentileInterval(replicates);
    covered += interval.low <= 2 && 2 <= interval.high;
  }
  return covered / 400.0;
}

TEST(BootstrapTest, IntervalsOverCasesAndRunsHoldTheTruthAsOftenAsTheySay) {
  const double coverage = Coverage(40, 5);
  EXPECT_GT(coverage, 0.92);
  EXPECT_LT(coverage, 0.98);
}

TEST(StatisticsTest, IntervalsOfAMeanOverFewRunsHoldTheTruthAsOftenAsTheySay) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  int covered = 0;
  for (int study = 0; study < 4000; ++study) {
    std::vector<double> values(5);
    for (double& value : values) value = normal(random);
    const Interval interval = SampleMeanOf(values).interval;
    covered += interval.low <= 0 && 0 <= interval.high;
  }
  EXPECT_NEAR(covered / 4000.0, 0.95, 0.012);
}

}  // namespace
}  // namespace paceline
