#include "common/estimator/episodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

using testing::ElementsAre;

auto Fields(const BlockWindow& w) {
  return std::tuple(w.step, w.episode_start, w.length_steps, w.first_inner_step, w.inner_steps,
                    w.task);
}

v1::JobConfig RandomLengths(Kind kind) {
  v1::JobConfig config = EstimatorConfig(kind, 5, 0);
  SetLogUniform(config, 5, 60);
  config.add_tasks()->set_weight(1);
  return config;
}

TEST(EpisodeCursor, WindowsFillEveryEpisodeFromItsFirstStepToItsLast) {
  const v1::JobConfig config = RandomLengths(Kind::kNres);
  EpisodeCursor cursor(config, 2);
  int64_t done = 0;
  for (int64_t step = 0; step < 500; ++step, cursor.Advance()) {
    const BlockWindow& window = cursor.window();
    ASSERT_EQ(window.step, step);
    ASSERT_EQ(window.inner_steps, 5);
    ASSERT_EQ(window.first_inner_step, done);
    ASSERT_EQ(window.begins_episode(), done == 0);
    done += 5;
    ASSERT_LE(done, window.length_steps);
    ASSERT_EQ(window.ends_episode(), done == window.length_steps);
    if (window.ends_episode()) done = 0;
  }
}

TEST(EpisodeCursor, SeekingGivesWhatWalkingGives) {
  for (const Kind kind : kKinds) {
    const v1::JobConfig config = RandomLengths(kind);
    std::vector<BlockWindow> walked;
    EpisodeCursor walker(config, 3), seeker(config, 3);
    for (; walked.size() < 300; walker.Advance()) walked.push_back(walker.window());
    std::mt19937 random(1);
    for (int i = 0; i < 300; ++i) {
      const size_t step = random() % walked.size();
      seeker.Seek(static_cast<int64_t>(step));
      ASSERT_EQ(Fields(seeker.window()), Fields(walked[step])) << "step " << step;
    }
  }
}

TEST(EpisodeCursor, FullEsRunsOneUncutEpisodePerOuterStep) {
  v1::JobConfig config = EstimatorConfig(Kind::kFullEs, 0, 0);
  SetLogUniform(config, 50, 500);
  std::set<int64_t> lengths;
  EpisodeCursor cursor(config, 0);
  for (int step = 0; step < 20; ++step, cursor.Advance()) {
    EXPECT_TRUE(cursor.window().begins_episode());
    EXPECT_TRUE(cursor.window().ends_episode());
    EXPECT_EQ(cursor.window().inner_steps % 10, 0);
    lengths.insert(cursor.window().length_steps);
  }
  EXPECT_GT(lengths.size(), 10u);
}

TEST(EpisodeCursor, BlocksAreSpreadOverAllPositionsOfAnEpisode) {
  const v1::JobConfig config = EstimatorConfig(Kind::kNres, 10, 100);
  std::vector<int> counts(10);
  for (uint32_t block = 0; block < 2000; ++block) {
    EpisodeCursor cursor(config, block);
    cursor.Seek(25);
    ++counts.at(static_cast<size_t>(cursor.window().first_inner_step / 10));
  }
  for (const int count : counts) EXPECT_NEAR(count, 200, 5 * 13.4);
}

TEST(EpisodeCursor, SeeksAHundredThousandStepsInMilliseconds) {
  v1::JobConfig config = EstimatorConfig(Kind::kNres, 50, 0);
  SetLogUniform(config, 100, 1000);
  EpisodeCursor cursor(config, 0);
  const auto begin = std::chrono::steady_clock::now();
  cursor.Seek(100'000);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(cursor.window().step, 100'000);
  RecordProperty("milliseconds", std::to_string(elapsed.count() * 1e3));
  EXPECT_LT(elapsed.count(), 0.5);
}

TEST(ParticleEpisodes, AParticleBeginsWithItsBlock) {
  ParticleEpisodes episodes(2);
  episodes.Begin({.step = 4, .episode_start = 4});
  EXPECT_THAT(episodes.starts(), ElementsAre(4, 4));
  episodes.Begin({.step = 5, .episode_start = 4});
  EXPECT_THAT(episodes.starts(), ElementsAre(4, 4));
}

TEST(ParticleEpisodes, ADivergedParticleBeginsAnewAtTheNextBorderAndOnlyThere) {
  ParticleEpisodes episodes(2);
  episodes.Begin({.step = 4, .episode_start = 4});
  episodes.MarkDiverged(1);
  EXPECT_THAT(episodes.starts(), ElementsAre(4, 4));
  episodes.Begin({.step = 5, .episode_start = 4});
  EXPECT_THAT(episodes.starts(), ElementsAre(4, 5));
  EXPECT_FALSE(episodes.JustBegan(0, {.step = 5, .episode_start = 4}));
  EXPECT_TRUE(episodes.JustBegan(1, {.step = 5, .episode_start = 4}));
  episodes.Begin({.step = 6, .episode_start = 4});
  EXPECT_THAT(episodes.starts(), ElementsAre(4, 5));
}

TEST(CreditOf, FollowsTheEstimator) {
  const auto credit = [](Kind kind) {
    const CreditedNoise noise = CreditOf(EstimatorConfig(kind, 5, 20).estimator(), 9, 6);
    return std::pair(noise.first, noise.last);
  };
  EXPECT_EQ(credit(Kind::kNres), std::pair(6l, 6l));
  EXPECT_EQ(credit(Kind::kPes), std::pair(6l, 9l));
  EXPECT_EQ(credit(Kind::kGpes), std::pair(6l, 8l));  // periods begin at 6 and 8
  EXPECT_EQ(credit(Kind::kTruncatedEs), std::pair(9l, 9l));
  EXPECT_EQ(credit(Kind::kFullEs), std::pair(9l, 9l));
}

TEST(PerturbationStream, IsNamedByParticleAndStepAlone) {
  const Stream stream = PerturbationStream(EstimatorConfig(Kind::kPes, 5, 20), 7, 9, 6);
  EXPECT_EQ(stream.key, 11u);
  EXPECT_EQ(stream.purpose, Purpose::kPerturbation);
  EXPECT_EQ(stream.particle, 7u);
  EXPECT_EQ(stream.episode, 0u);
  EXPECT_EQ(stream.step, 9u);
  EXPECT_EQ(PerturbationStream(EstimatorConfig(Kind::kNres, 5, 20), 7, 9, 6).step, 6u);
}

}  // namespace
}  // namespace paceline
