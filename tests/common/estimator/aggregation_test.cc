// Outer steps that count some windows, or older ones, against the same windows in a strict job and
// against sums over the noise, one by one.
#include "common/estimator/aggregation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include "common/estimator/gradient.h"
#include "common/estimator/settings.h"
#include "common/estimator/state.h"
#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

constexpr size_t kParameters = 200;
constexpr uint32_t kBlocks = 5;
constexpr int kSteps = 40;

v1::JobConfig ConfigOf(Kind kind, v1::Aggregation aggregation, uint32_t staleness = 0) {
  v1::JobConfig config = EstimatorConfig(kind, 5, 0, 2 * kBlocks, 2);
  SetLogUniform(config, 5, 60);
  config.set_aggregation(aggregation);
  config.mutable_quorum()->set_blocks(1);
  config.mutable_async()->set_answers(1);
  config.mutable_async()->set_staleness(staleness);
  config.mutable_async()->set_age_decay(1);
  return config;
}

// What workers would say of every window, whatever counts: a tenth of the particles diverge.
class Population {
 public:
  explicit Population(const v1::JobConfig& config) : config_(config), answers_(kBlocks) {
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    for (uint32_t block = 0; block < kBlocks; ++block) {
      EpisodeCursor cursor(config, block);
      ParticleEpisodes episodes(static_cast<int>(config.estimator().block()));
      for (int step = 0; step < kSteps; ++step, cursor.Advance()) {
        const BlockWindow window = cursor.window();
        windows_.push_back(window);
        episodes.Begin(window);
        std::vector<ParticleScalars> own;
        for (uint32_t i = 0; i < config.estimator().block(); ++i) {
          own.push_back({.sum_plus = normal(random),
                         .sum_minus = normal(random),
                         .trained_steps = static_cast<uint32_t>(window.inner_steps),
                         .diverged = random() % 10 == 0,
                         .began = episodes.starts()[i]});
          if (own.back().diverged) episodes.MarkDiverged(static_cast<int>(i));
        }
        answers_[block].push_back(own);
      }
    }
  }

  std::vector<ParticleScalars> Of(const std::vector<CountedWindow>& windows) const {
    std::vector<ParticleScalars> all;
    for (const auto& [block, step] : windows) {
      const auto& own = answers_[block][static_cast<size_t>(step)];
      all.insert(all.end(), own.begin(), own.end());
    }
    return all;
  }

  // The estimate's gradient by its definition, term by term in double precision.
  std::vector<double> Gradient(const std::vector<CountedWindow>& windows, int64_t step) const {
    const v1::Estimator& estimator = config_.estimator();
    const double sigma = static_cast<float>(Sigma(estimator));
    std::vector<double> sum(kParameters);
    double steps = 0;
    for (const CountedWindow& window : windows) {
      const double weight = AgeWeight(config_, step - window.step);
      const auto& own = answers_[window.block][static_cast<size_t>(window.step)];
      for (uint32_t i = 0; i < own.size(); ++i) {
        const uint32_t particle = window.block * estimator.block() + i;
        const double difference = weight * (own[i].sum_plus - own[i].sum_minus);
        steps += weight * own[i].trained_steps;
        const CreditedNoise credit = CreditOf(estimator, window.step, own[i].began);
        for (int64_t drawn = credit.first; drawn <= credit.last; drawn += credit.stride) {
          std::vector<float> noise(kParameters);
          FillNormals(PerturbationStream(config_, particle, drawn, own[i].began), 0, noise);
          for (size_t k = 0; k < kParameters; ++k) sum[k] += difference * noise[k] / (2 * sigma);
          if (credit.first == credit.last) break;
        }
      }
    }
    for (double& g : sum) g /= steps;
    return sum;
  }

 private:
  const v1::JobConfig& config_;
  std::vector<BlockWindow> windows_;
  std::vector<std::vector<std::vector<ParticleScalars>>> answers_;  // [block][step]
};

std::vector<CountedWindow> AllAt(int64_t step) {
  std::vector<CountedWindow> windows;
  for (uint32_t block = 0; block < kBlocks; ++block) windows.push_back({block, step});
  return windows;
}

// For every outer step which windows count, as one of the two ways lets them.
std::vector<std::vector<CountedWindow>> Counted(const v1::JobConfig& config, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::vector<CountedWindow>> all;
  std::vector<int64_t> next(kBlocks, 0);
  for (int64_t step = 0; step < kSteps; ++step) {
    std::vector<CountedWindow> windows;
    while (windows.empty()) {
      for (uint32_t block = 0; block < kBlocks; ++block) {
        if (IsQuorum(config)) {
          if (random() % 3 != 0) windows.push_back({block, step});
          continue;
        }
        // As many as it likes, and those that must not get older.
        while (next[block] <= step &&
               (random() % 3 == 0 || step - next[block] >= MostAge(config))) {
          windows.push_back({block, next[block]++});
        }
      }
    }
    all.push_back(windows);
  }
  return all;
}

struct Mode {
  v1::Aggregation aggregation;
  uint32_t staleness;
};
constexpr Mode kModes[] = {{v1::AGGREGATION_QUORUM, 0}, {v1::AGGREGATION_ASYNC, 3}};

TEST(AggregatedGradient, IsTheSumOverWhatCounts) {
  for (const Kind kind : kKinds) {
    for (const auto& [aggregation, staleness] : kModes) {
      v1::JobConfig config = ConfigOf(kind, aggregation, staleness);
      config.mutable_async()->set_age_decay(0.5);
      const Population population(config);
      GradientEstimator kept(config, kParameters, 1);
      GradientEstimator remade(config, kParameters, 1, /*sum_bytes=*/0);
      int64_t step = 0;
      for (const auto& windows : Counted(config, 1)) {
        SCOPED_TRACE(testing::Message() << "kind " << static_cast<int>(kind) << ", step " << step);
        const auto estimate = kept.Estimate(population.Of(windows), windows);
        ASSERT_TRUE(estimate.ok()) << estimate.status();
        const std::vector<double> expected = population.Gradient(windows, step);
        for (size_t k = 0; k < kParameters; ++k) {
          ASSERT_NEAR(estimate->gradient[k], expected[k], 1e-5 * (1 + std::abs(expected[k])));
        }
        EXPECT_EQ(remade.Estimate(population.Of(windows), windows)->gradient, estimate->gradient);
        ++step;
      }
    }
  }
}

TEST(AggregatedGradient, OfEverythingInTimeIsTheStrictOneBitForBit) {
  for (const Kind kind : kKinds) {
    const v1::JobConfig strict_config = ConfigOf(kind, v1::AGGREGATION_STRICT);
    const Population population(strict_config);
    for (const auto& [aggregation, staleness] : kModes) {
      const v1::JobConfig config = ConfigOf(kind, aggregation, staleness);
      GradientEstimator strict(strict_config, kParameters, 1), other(config, kParameters, 1);
      for (int64_t step = 0; step < kSteps; ++step) {
        const std::vector<CountedWindow> all = AllAt(step);
        EXPECT_EQ(other.Estimate(population.Of(all), all)->gradient,
                  strict.Estimate(population.Of(all))->gradient);
      }
    }
  }
}

// Windows of equal length: the mean over all choices of K blocks is the gradient of all.
TEST(AggregatedGradient, OfAQuorumThatIsDrawnIsUnbiased) {
  v1::JobConfig config = EstimatorConfig(Kind::kPes, 5, 20, 2 * kBlocks, 2);
  config.set_aggregation(v1::AGGREGATION_QUORUM);
  const Population population(config);
  constexpr int64_t kStep = 6;
  for (uint32_t k = 1; k <= kBlocks; ++k) {
    std::vector<double> mean(kParameters);
    int choices = 0;
    for (uint32_t set = 0; set < 1u << kBlocks; ++set) {
      if (std::popcount(set) != static_cast<int>(k)) continue;
      GradientEstimator estimator(config, kParameters, 1);
      for (int64_t step = 0; step < kStep; ++step) {
        ASSERT_TRUE(estimator.Estimate(population.Of(AllAt(step)), AllAt(step)).ok());
      }
      std::vector<CountedWindow> windows;
      for (uint32_t block = 0; block < kBlocks; ++block) {
        if (set >> block & 1) windows.push_back({block, kStep});
      }
      const auto estimate = estimator.Estimate(population.Of(windows), windows);
      for (size_t i = 0; i < kParameters; ++i) mean[i] += estimate->gradient[i];
      ++choices;
    }
    const std::vector<double> all = population.Gradient(AllAt(kStep), kStep);
    for (size_t i = 0; i < kParameters; ++i) ASSERT_NEAR(mean[i] / choices, all[i], 1e-5);
  }
}

// Without a discount every window counts once with its own weight, whenever it comes.
TEST(AggregatedGradient, OfAnAsynchronousJobLosesNothingAndAddsNothing) {
  for (const Kind kind : kKinds) {
    const v1::JobConfig config = ConfigOf(kind, v1::AGGREGATION_ASYNC, 4);
    const Population population(config);
    GradientEstimator estimator(config, kParameters, 1);
    std::vector<double> sum(kParameters), expected(kParameters);
    std::vector<CountedWindow> seen;
    const auto add = [](const auto& gradient, double steps, std::vector<double>& to) {
      for (size_t k = 0; k < kParameters; ++k) to[k] += steps * gradient[k];
    };
    for (const auto& windows : Counted(config, 2)) {
      const auto particles = population.Of(windows);
      const auto estimate = estimator.Estimate(particles, windows);
      double steps = 0;
      for (const ParticleScalars& particle : particles) steps += particle.trained_steps;
      add(estimate->gradient, steps, sum);
      seen.insert(seen.end(), windows.begin(), windows.end());
    }
    std::ranges::sort(seen);
    for (uint32_t block = 0; block < kBlocks; ++block) {
      int64_t next = 0;
      for (const CountedWindow& window : seen) {
        if (window.block != block) continue;
        EXPECT_EQ(window.step, next);
        ++next;
      }
      EXPECT_GE(next, kSteps - 4);
    }
    for (const CountedWindow& window : seen) {
      double steps = 0;
      for (const ParticleScalars& particle : population.Of({window}))
        steps += particle.trained_steps;
      add(population.Gradient({window}, window.step), steps, expected);
    }
    for (size_t k = 0; k < kParameters; ++k) {
      ASSERT_NEAR(sum[k], expected[k], 1e-3 * (1 + std::abs(expected[k])));
    }
  }
}

TEST(AggregatedGradient, GoesOnBitForBitFromWhatWasSaved) {
  for (const Kind kind : kKinds) {
    for (const auto& [aggregation, staleness] : kModes) {
      const v1::JobConfig config = ConfigOf(kind, aggregation, staleness);
      const Population population(config);
      const auto counted = Counted(config, 5);
      GradientEstimator uninterrupted(config, kParameters, 1);
      std::vector<std::string> saved;
      std::vector<std::vector<float>> gradients;
      for (const auto& windows : counted) {
        saved.push_back(EncodeState(uninterrupted.Save()));
        gradients.push_back(uninterrupted.Estimate(population.Of(windows), windows)->gradient);
      }
      for (size_t at = 0; at < counted.size(); at += 3) {
        GradientEstimator restored(config, kParameters, 2);
        const absl::Status status = restored.Restore(DecodeState(saved[at]).value());
        ASSERT_TRUE(status.ok()) << status;
        for (size_t step = at; step < counted.size(); ++step) {
          const auto& windows = counted[step];
          ASSERT_EQ(restored.Estimate(population.Of(windows), windows)->gradient, gradients[step])
              << "saved at " << at << ", step " << step;
        }
      }
    }
  }
}

TEST(AggregatedGradient, WhatCannotCountIsRefusedAndChangesNothing) {
  struct Case {
    const char* name;
    v1::Aggregation aggregation;
    std::vector<CountedWindow> windows;
  };
  const Case cases[] = {
      {"a strict job's blocks", v1::AGGREGATION_STRICT, {{0, 3}, {1, 3}}},
      {"no such block", v1::AGGREGATION_QUORUM, {{kBlocks, 3}}},
      {"twice", v1::AGGREGATION_QUORUM, {{1, 3}, {1, 3}}},
      {"out of order", v1::AGGREGATION_QUORUM, {{1, 3}, {0, 3}}},
      {"late for a quorum", v1::AGGREGATION_QUORUM, {{1, 2}}},
      {"early", v1::AGGREGATION_QUORUM, {{1, 4}}},
      {"counted before", v1::AGGREGATION_ASYNC, {{1, 2}}},
      {"early", v1::AGGREGATION_ASYNC, {{1, 3}, {1, 4}}},
      {"a window left out", v1::AGGREGATION_ASYNC, {{2, 3}}},
      {"too old", v1::AGGREGATION_ASYNC, {{3, 0}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const v1::JobConfig config = ConfigOf(Kind::kNres, c.aggregation, 2);
    const Population population(config);
    GradientEstimator estimator(config, kParameters, 1);
    for (int64_t step = 0; step < 3; ++step) {
      std::vector<CountedWindow> windows = AllAt(step);
      // Blocks 2 and 3 are behind.
      if (IsAsync(config)) {
        std::erase_if(windows, [&](const CountedWindow& window) {
          return (window.block == 2 && step == 2) || window.block == 3;
        });
      }
      ASSERT_TRUE(estimator.Estimate(population.Of(windows), windows).ok());
    }
    const GradientEstimator::State before = estimator.Save();
    std::vector<CountedWindow> known = c.windows;
    for (CountedWindow& window : known) window.block %= kBlocks;
    const absl::Status status = estimator.Estimate(population.Of(known), c.windows).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(estimator.Save(), before);
  }
}

TEST(AggregatedGradient, AfterWindowsThatDidNotCountAnAnswerMustSayWhereEpisodesBegan) {
  v1::JobConfig config = EstimatorConfig(Kind::kPes, 5, 200, 2, 2);
  config.set_aggregation(v1::AGGREGATION_QUORUM);
  config.mutable_episode()->mutable_constant()->set_steps(200);
  EpisodeBook book(config);
  const auto answer = [&](int64_t began) {
    ParticleScalars particle{
        .sum_plus = 1, .sum_minus = 0, .trained_steps = 5, .diverged = false, .began = began};
    return std::vector<ParticleScalars>{particle, particle};
  };
  EpisodeCursor cursor(config, 0);
  cursor.Seek(10);
  ASSERT_EQ(cursor.window().episode_start, 0) << "the test is of one episode";
  EpisodeBook one = book;
  ASSERT_TRUE(one.Take(answer(0), {}).ok());
  // Ten outer steps without the block: of another block alone.
  EpisodeBook::State state = one.Save();
  state.step = 10;
  state.next_windows = {1};
  ASSERT_TRUE(one.Restore(state).ok());
  for (int64_t began = -1; began <= 11; ++began) {
    const bool possible = began >= 0 && began <= 10;
    EXPECT_EQ(one.CanHaveBegun(0, answer(began)), possible) << began;
    EpisodeBook copy = one;
    const auto counted = copy.Take(answer(began), std::vector<CountedWindow>{{0, 10}});
    ASSERT_EQ(counted.ok(), possible) << began;
    if (!possible) continue;
    EXPECT_EQ(counted->front().start, began);
    EXPECT_FALSE(counted->front().follows);
  }
}

}  // namespace
}  // namespace paceline
