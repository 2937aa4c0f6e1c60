// Saving and restoring: an estimator restored at any step goes on bit for bit.
#include "common/estimator/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "common/base/sealed.h"
#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

using testing::HasSubstr;
using State = GradientEstimator::State;

constexpr size_t kParameters = 333;
constexpr int kSteps = 60;

std::vector<ParticleScalars> ScalarsAt(const GradientEstimator& estimator,
                                       const v1::JobConfig& config, int64_t step) {
  std::mt19937 random(static_cast<uint32_t>(step));
  std::uniform_real_distribution<double> uniform;
  std::vector<ParticleScalars> particles(config.estimator().particles());
  for (size_t i = 0; i < particles.size(); ++i) {
    const auto block = static_cast<uint32_t>(i / config.estimator().block());
    particles[i] = {.sum_plus = uniform(random),
                    .sum_minus = uniform(random),
                    .trained_steps = static_cast<uint32_t>(estimator.window(block).inner_steps),
                    .diverged = random() % 8 == 0};
  }
  return particles;
}

std::string StepDigest(GradientEstimator& estimator, const v1::JobConfig& config) {
  return ThetaDigest(estimator.Estimate(ScalarsAt(estimator, config, estimator.step()))->gradient);
}

v1::JobConfig StateConfig(Kind kind) {
  v1::JobConfig config = EstimatorConfig(kind, 5, 0);
  SetLogUniform(config, 5, 80);
  return config;
}

TEST(EstimatorState, ARestoredEstimatorGoesOnBitForBit) {
  for (const Kind kind : kKinds) {
    const v1::JobConfig config = StateConfig(kind);
    GradientEstimator uninterrupted(config, kParameters, 1);
    std::vector<std::string> digests;
    std::vector<std::string> saved;
    for (int step = 0; step < kSteps; ++step) {
      saved.push_back(EncodeState(uninterrupted.Save()));
      digests.push_back(StepDigest(uninterrupted, config));
    }
    std::mt19937 random(7);
    for (int trial = 0; trial < 10; ++trial) {
      const size_t at = random() % kSteps;
      GradientEstimator restored(config, kParameters, 2);
      ASSERT_TRUE(restored.Restore(DecodeState(saved[at]).value()).ok());
      for (size_t step = at; step < kSteps; ++step) {
        ASSERT_EQ(StepDigest(restored, config), digests[step]) << "saved at " << at;
      }
      EXPECT_EQ(restored.Save(), uninterrupted.Save());
    }
  }
}

TEST(EstimatorState, ImpossibleStatesAreRefused) {
  const v1::JobConfig config = StateConfig(Kind::kPes);
  GradientEstimator estimator(config, kParameters, 1);
  while (estimator.step() < 9) StepDigest(estimator, config);
  const State good = estimator.Save();
  const auto expect_refused = [&](const State& state, const std::string& why) {
    const absl::Status status = estimator.Restore(state);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(why));
    EXPECT_EQ(estimator.Save(), good);
  };
  State state = good;
  state.step = -1;
  expect_refused(state, "step -1");
  state = good;
  state.particle_starts.pop_back();
  expect_refused(state, "7 particles; this job has 8");
  state = good;
  state.pending_restarts.push_back(true);
  expect_refused(state, "this job has 8");
  state = good;
  state.particle_starts[5] = 9;
  expect_refused(state, "particle 5 began its episode at step 9");
  state = good;
  state.particle_starts[5] = -1;
  expect_refused(state, "particle 5 began its episode at step -1");
}

TEST(EstimatorState, NamesTheOldestEpisodeStillRunning) {
  const v1::JobConfig config = StateConfig(Kind::kNres);
  GradientEstimator estimator(config, kParameters, 1);
  for (int step = 0; step < kSteps; ++step) {
    int64_t oldest = step;
    for (uint32_t block = 0; block < estimator.blocks(); ++block) {
      oldest = std::min(oldest, estimator.window(block).episode_start);
    }
    EXPECT_EQ(estimator.OldestEpisodeStart(), oldest);
    StepDigest(estimator, config);
  }
}

TEST(EstimatorState, SurvivesTheTripThroughBytes) {
  const State state = {.step = 1ll << 40,
                       .particle_starts = {0, 5, 1ll << 39},
                       .pending_restarts = {true, false, true}};
  EXPECT_EQ(DecodeState(EncodeState(state)).value(), state);
  EXPECT_EQ(DecodeState(EncodeState(State{})).value(), State{});
}

TEST(EstimatorState, EveryDamagedByteIsNoticed) {
  const std::string bytes =
      EncodeState({.step = 3, .particle_starts = {1, 2}, .pending_restarts = {true, false}});
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] ^= 1;
    EXPECT_EQ(DecodeState(damaged).status().code(), absl::StatusCode::kDataLoss) << i;
    EXPECT_EQ(DecodeState(bytes.substr(0, i)).status().code(), absl::StatusCode::kDataLoss) << i;
  }
  EXPECT_EQ(DecodeState(bytes + "x").status().code(), absl::StatusCode::kDataLoss);
}

TEST(EstimatorState, ACountThatItsBytesContradictIsNoticed) {
  const std::string content = std::string(8, '\0') + std::string(8, '\xff');
  EXPECT_EQ(DecodeState(Seal("plestim1", content)).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace paceline
