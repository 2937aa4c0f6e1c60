#include "common/estimator/lengths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

using testing::ElementsAre;

std::vector<int64_t> LengthsOfBlocks(const v1::JobConfig& config, int64_t step, uint32_t blocks) {
  std::vector<int64_t> lengths;
  for (uint32_t block = 0; block < blocks; ++block) {
    lengths.push_back(EpisodeLength(config, block, step));
  }
  return lengths;
}

TEST(EpisodeLength, IsRoundedUpToAMultipleOfTheWindow) {
  EXPECT_EQ(EpisodeLength(EstimatorConfig(Kind::kNres, 10, 100), 0, 7), 100);
  EXPECT_EQ(EpisodeLength(EstimatorConfig(Kind::kNres, 30, 100), 0, 7), 120);
  EXPECT_EQ(EpisodeLength(EstimatorConfig(Kind::kPes, 50, 7), 0, 7), 50);
}

TEST(EpisodeLength, OfFullEsIsRoundedUpToAMultipleOfTen) {
  EXPECT_EQ(EpisodeLength(EstimatorConfig(Kind::kFullEs, 0, 100), 0, 0), 100);
  EXPECT_EQ(EpisodeLength(EstimatorConfig(Kind::kFullEs, 0, 101), 0, 3), 110);
}

TEST(EpisodeLength, FirstEpisodesAreCutEvenlyToAnyMultipleOfTheWindow) {
  const v1::JobConfig config = EstimatorConfig(Kind::kNres, 10, 50);
  std::vector<int> counts(6);
  for (const int64_t length : LengthsOfBlocks(config, 0, 10000)) {
    ASSERT_EQ(length % 10, 0);
    ++counts.at(static_cast<size_t>(length / 10));
  }
  EXPECT_EQ(counts[0], 0);
  for (int k = 1; k <= 5; ++k) EXPECT_NEAR(counts[k], 2000, 5 * std::sqrt(1600.0));
}

TEST(EpisodeLength, LogUniformLengthsAreUniformInTheirLogarithm) {
  v1::JobConfig config = EstimatorConfig(Kind::kNres, 1, 0);
  SetLogUniform(config, 100, 1000);
  std::vector<double> thirds(3);
  for (const int64_t length : LengthsOfBlocks(config, 5, 30000)) {
    ASSERT_GE(length, 100);
    ASSERT_LE(length, 1000);
    ++thirds.at(static_cast<size_t>(std::min(2.0, 3 * std::log10(length / 100.0 + 1e-4))));
  }
  for (const double count : thirds) EXPECT_NEAR(count, 10000, 6 * std::sqrt(6667.0));
}

TEST(EpisodeLength, OneLengthIsThatLengthWhateverTheRounding) {
  for (const uint32_t length : {1u, 3u, 7u, 100u, 999u, 12345u, 9999999u}) {
    v1::JobConfig config = EstimatorConfig(Kind::kNres, 1, 0);
    SetLogUniform(config, length, length);
    EXPECT_EQ(EpisodeLength(config, 0, 9), length);
  }
}

// Lengths are part of the contract between machines: these may not change.
TEST(EpisodeLength, DrawnLengthsAreTheStoredOnes) {
  v1::JobConfig config = EstimatorConfig(Kind::kNres, 1, 0);
  SetLogUniform(config, 100, 10000);
  EXPECT_THAT(LengthsOfBlocks(config, 3, 8),
              ElementsAre(558, 1838, 3867, 4993, 2167, 2669, 169, 157));
  EXPECT_THAT(LengthsOfBlocks(config, 0, 8),
              ElementsAre(4141, 2008, 2500, 73, 375, 365, 212, 2778));
}

v1::JobConfig CurriculumConfig(const std::vector<std::array<uint32_t, 3>>& stages) {
  v1::JobConfig config = EstimatorConfig(Kind::kNres, 1, 0);
  for (const auto& [step, min, max] : stages) {
    v1::CurriculumStage& stage = *config.mutable_episode()->mutable_curriculum()->add_stages();
    stage.set_step(step);
    stage.set_min(min);
    stage.set_max(max);
  }
  return config;
}

TEST(Curriculum, BoundsFollowStraightLinesBetweenItsStages) {
  const v1::JobConfig config = CurriculumConfig({{10, 100, 200}, {20, 100, 400}, {120, 50, 1400}});
  const auto bounds = [&](int64_t step) {
    const LengthBounds at = LengthBoundsAt(config.episode(), step);
    return std::pair(at.min, at.max);
  };
  EXPECT_EQ(bounds(0), std::pair(100l, 200l));
  EXPECT_EQ(bounds(10), std::pair(100l, 200l));
  EXPECT_EQ(bounds(13), std::pair(100l, 260l));
  EXPECT_EQ(bounds(20), std::pair(100l, 400l));
  EXPECT_EQ(bounds(21), std::pair(100l, 410l));  // 99.5 and 410
  EXPECT_EQ(bounds(70), std::pair(75l, 900l));
  EXPECT_EQ(bounds(120), std::pair(50l, 1400l));
  EXPECT_EQ(bounds(100'000'000), std::pair(50l, 1400l));
}

TEST(Curriculum, LengthsAreThoseOfALogUniformLawWithTheBoundsOfTheStep) {
  const v1::JobConfig config = CurriculumConfig({{0, 10, 20}, {100, 10, 1000}});
  for (const int64_t step : {0, 1, 50, 100, 300}) {
    const LengthBounds bounds = LengthBoundsAt(config.episode(), step);
    v1::JobConfig fixed = EstimatorConfig(Kind::kNres, 1, 0);
    SetLogUniform(fixed, static_cast<uint32_t>(bounds.min), static_cast<uint32_t>(bounds.max));
    EXPECT_EQ(LengthsOfBlocks(config, step, 50), LengthsOfBlocks(fixed, step, 50)) << step;
  }
}

TEST(LongestEpisode, IsKnownForEveryKindOfLengths) {
  v1::JobConfig config = EstimatorConfig(Kind::kNres, 10, 50);
  EXPECT_EQ(LongestEpisode(config), 50);
  SetLogUniform(config, 100, 1000);
  EXPECT_EQ(LongestEpisode(config), 1000);
  EXPECT_EQ(LongestEpisode(v1::JobConfig()), 0);
}

TEST(LongestEpisode, OfACurriculumIsTheLongestThatTheJobComesTo) {
  v1::JobConfig config = CurriculumConfig({{0, 10, 100}, {100, 10, 1100}, {200, 10, 50}});
  config.mutable_outer()->set_steps(1000);
  EXPECT_EQ(LongestEpisode(config), 1100);
  config.mutable_outer()->set_steps(51);
  EXPECT_EQ(LongestEpisode(config), 600);
  config.mutable_outer()->set_steps(1);
  EXPECT_EQ(LongestEpisode(config), 100);
}

TEST(LongestEpisode, NoneIsLonger) {
  v1::JobConfig config = CurriculumConfig({{10, 100, 200}, {20, 100, 400}, {120, 50, 1400}});
  config.mutable_outer()->set_steps(100);
  for (const int64_t step : {0, 10, 40, 99}) {
    for (const int64_t length : LengthsOfBlocks(config, step, 20)) {
      EXPECT_LE(length, LongestEpisode(config)) << step;
    }
  }
}

TEST(EpisodeTask, IsDrawnByWeight) {
  v1::JobConfig config = EstimatorConfig(Kind::kNres, 10, 50);
  config.mutable_tasks(0)->set_weight(1);
  config.add_tasks()->set_weight(2.5);
  config.add_tasks()->set_weight(0.5);
  std::vector<int> counts(3);
  for (uint32_t block = 0; block < 8000; ++block) {
    ++counts.at(static_cast<size_t>(EpisodeTask(config, block, 4)));
  }
  EXPECT_NEAR(counts[0], 2000, 5 * std::sqrt(1500.0));
  EXPECT_NEAR(counts[1], 5000, 5 * std::sqrt(1875.0));
  EXPECT_NEAR(counts[2], 1000, 5 * std::sqrt(875.0));
}

TEST(EpisodeTask, ChangesFromEpisodeToEpisode) {
  v1::JobConfig config = EstimatorConfig(Kind::kNres, 10, 50);
  config.add_tasks()->set_weight(1);
  std::set<int> seen;
  for (int64_t step = 0; step < 40; ++step) seen.insert(EpisodeTask(config, 0, step));
  EXPECT_THAT(seen, ElementsAre(0, 1));
}

}  // namespace
}  // namespace paceline
