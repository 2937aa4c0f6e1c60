// What full ES makes of an episode: average, minimum, last and recomputed loss, against descent by
// hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "tests/worker/engine/descent.h"

namespace paceline {
namespace {

void ExpectFullEs(const v1::JobConfig& config, Split split, double tolerance,
                  const std::function<double(const Task&, const Descent&)>& expected) {
  const auto job = Job(config);
  const int64_t step = 3;
  const Scalars scalars = Windows(config, step, step)[0];
  for (uint32_t particle = 0; particle < kParticles; ++particle) {
    const int64_t length = scalars[particle].trained_steps;
    // One θ through the whole episode.
    const Episode episode = {.first = step, .last = step, .length = length, .window = length};
    const Descent descent = Descend(config, job->task(0), episode, particle, +1, split);
    const double value = expected(job->task(0), descent);
    EXPECT_NEAR(scalars[particle].sum_plus / static_cast<double>(length), value,
                tolerance * (1 + std::abs(value)));
  }
}

v1::JobConfig FullEsConfig(v1::Engine engine, v1::EpisodeLoss loss) {
  v1::JobConfig config = Config(ImageTask(), engine);
  v1::FullEs& full_es = *config.mutable_estimator()->mutable_full_es();
  full_es.set_sigma(kSigma);
  full_es.set_loss(loss);
  full_es.set_recompute_samples(6);
  full_es.set_recompute_split(v1::DATA_SPLIT_OUTER_VALID);
  return config;
}

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

TEST(FullEsTest, TakesAnEpisodesAverageMinimumOrLast) {
  for (const v1::Engine engine : kEngines) {
    ExpectFullEs(FullEsConfig(engine, v1::EPISODE_LOSS_AVERAGE), Split::kTrain, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   return MeanOf(TrainingLosses(task, descent));
                 });
    ExpectFullEs(FullEsConfig(engine, v1::EPISODE_LOSS_MINIMUM), Split::kTrain, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   return std::ranges::min(TrainingLosses(task, descent));
                 });
    ExpectFullEs(FullEsConfig(engine, v1::EPISODE_LOSS_LAST), Split::kTrain, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   return TrainingLosses(task, descent).back();
                 });
    v1::JobConfig held_out = FullEsConfig(engine, v1::EPISODE_LOSS_MINIMUM);
    held_out.mutable_objective()->mutable_held_out_loss()->set_split(v1::DATA_SPLIT_INNER_VALID);
    ExpectFullEs(held_out, Split::kInnerValid, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   return std::ranges::min(HeldOutLosses(task, descent));
                 });
  }
}

TEST(FullEsTest, RecomputesTheLossAtTheFinalWeights) {
  for (const v1::Engine engine : kEngines) {
    ExpectFullEs(FullEsConfig(engine, v1::EPISODE_LOSS_RECOMPUTED), Split::kTrain, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   std::vector<double> losses;
                   for (int i = 0; i < 6; ++i) {
                     const FreshBatch batch{
                         .split = Split::kOuterValid, .purpose = Purpose::kFinalBatch, .number = i};
                     const BatchScore score = task.Score(descent.seed, batch, descent.parameters);
                     losses.push_back(task.MetaLoss(score.loss));
                   }
                   return MeanOf(losses);
                 });
  }
}

}  // namespace
}  // namespace paceline
