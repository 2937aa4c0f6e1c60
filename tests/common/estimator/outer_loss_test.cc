// What an outer step's loss is the mean of, for each kind of objective and estimator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "common/estimator/gradient.h"
#include "common/estimator/settings.h"
#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

constexpr double kBound = 3.45;

// A worker whose every inner step and every episode has the loss kBound, for as many outer steps:
// what the coordinator makes of its scalars.
std::vector<std::optional<OuterLoss>> LossesOfConstantObjective(const v1::JobConfig& config,
                                                                int steps, int diverge_at = -1) {
  GradientEstimator estimator(config, 4, 1);
  const uint32_t block = config.estimator().block();
  std::vector<ParticleEpisodes> episodes(estimator.blocks(), ParticleEpisodes(block));
  std::vector<std::optional<OuterLoss>> losses;
  for (int step = 0; step < steps; ++step) {
    std::vector<ParticleScalars> scalars;
    for (uint32_t b = 0; b < estimator.blocks(); ++b) {
      const BlockWindow& window = estimator.window(b);
      episodes[b].Begin(window);
      for (uint32_t i = 0; i < block; ++i) {
        const int64_t start = episodes[b].starts()[i];
        const bool diverged = step == diverge_at && b == 0 && i == 0;
        const int64_t done = (window.step - start + 1) * window.inner_steps;
        int64_t of = window.inner_steps;
        if (HasEpisodeObjective(config)) {
          of = diverged ? done : window.ends_episode() ? window.ParticleLength(start) : 0;
        }
        scalars.push_back({.sum_plus = kBound * static_cast<double>(of),
                           .sum_minus = kBound * static_cast<double>(of),
                           .trained_steps = static_cast<uint32_t>(window.inner_steps),
                           .diverged = diverged});
        if (diverged) episodes[b].MarkDiverged(static_cast<int>(i));
      }
    }
    losses.push_back(estimator.Estimate(scalars).value().loss);
  }
  return losses;
}

TEST(OuterLoss, OfEveryObjectiveAndEstimatorIsWhatAnEpisodeHasAndNoMultipleOfIt) {
  for (const Kind kind : kKinds) {
    for (const bool of_episode : {false, true}) {
      for (const v1::Weighting weighting : {v1::WEIGHTING_STEP, v1::WEIGHTING_EPISODE}) {
        SCOPED_TRACE(static_cast<int>(kind));
        v1::JobConfig config = EstimatorConfig(kind, 10, 0, 8, 2);
        SetLogUniform(config, 20, 200);
        config.mutable_estimator()->set_weighting(weighting);
        if (of_episode) config.mutable_objective()->mutable_final_loss();
        int seen = 0;
        for (const auto& loss : LossesOfConstantObjective(config, 40, 7)) {
          if (!loss) continue;
          ++seen;
          EXPECT_NEAR(loss->mean, kBound, 1e-12);
          EXPECT_NEAR(loss->spread, 0, 1e-12);
        }
        const bool at_every_step = !of_episode || kind == Kind::kFullEs;
        EXPECT_EQ(seen == 40, at_every_step) << seen;
        EXPECT_GT(seen, 0);
      }
    }
  }
}

TEST(OuterLoss, OfAnEpisodesObjectiveIsAbsentWhereNoEpisodeEnds) {
  v1::JobConfig config = EstimatorConfig(Kind::kNres, 10, 40, 2, 2);
  config.mutable_objective()->mutable_final_loss();
  const auto losses = LossesOfConstantObjective(config, 12);
  for (int step = 0; step < 12; ++step) {
    EpisodeCursor cursor(config, 0);
    cursor.Seek(step);
    EXPECT_EQ(losses[step].has_value(), cursor.window().ends_episode()) << step;
  }
}

TEST(OuterLoss, OfADivergedParticleIsThatOfTheEpisodeItCutShort) {
  v1::JobConfig config = EstimatorConfig(Kind::kNres, 10, 1000, 2, 2);
  config.mutable_objective()->mutable_final_loss();
  const auto losses = LossesOfConstantObjective(config, 2, 1);
  EXPECT_FALSE(losses[0].has_value());
  ASSERT_TRUE(losses[1].has_value());
  EXPECT_NEAR(losses[1]->mean, kBound, 1e-12);
}

TEST(OuterLoss, FullEsMakesOneLossOfAnEpisodeButForTheAverage) {
  v1::JobConfig config = EstimatorConfig(Kind::kFullEs, 0, 10);
  for (const auto& [loss, whole] : {std::pair(v1::EPISODE_LOSS_UNSPECIFIED, false),
                                    {v1::EPISODE_LOSS_AVERAGE, false},
                                    {v1::EPISODE_LOSS_MINIMUM, true},
                                    {v1::EPISODE_LOSS_LAST, true},
                                    {v1::EPISODE_LOSS_RECOMPUTED, true}}) {
    config.mutable_estimator()->mutable_full_es()->set_loss(loss);
    EXPECT_EQ(HasEpisodeObjective(config), whole) << v1::EpisodeLoss_Name(loss);
  }
}

}  // namespace
}  // namespace paceline
