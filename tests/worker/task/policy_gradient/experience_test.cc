// Advantages and targets by their definitions.
#include "worker/task/policy_gradient/experience.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace paceline::control {
namespace {

constexpr double kDiscount = 0.9, kTrace = 0.7;

v1::PolicyGradient Config() {
  v1::PolicyGradient config;
  config.set_environment(v1::ENVIRONMENT_CART_POLE);
  config.add_hidden(3);
  config.set_activation(v1::ACTIVATION_TANH);
  config.set_batch(18);
  config.set_horizon(5);
  return config;
}

// Of one episode.
struct Episode {
  std::vector<double> rewards, values;  // values: one more
  bool ended = false;

  // Σ (γλ)^l·δ_{t+l}
  double Advantage(size_t t) const {
    double sum = 0;
    for (size_t l = 0; t + l < rewards.size(); ++l) {
      const bool last = t + l + 1 == rewards.size();
      const double after = last && ended ? 0 : values[t + l + 1];
      const double delta = rewards[t + l] + kDiscount * after - values[t + l];
      sum += std::pow(kDiscount * kTrace, static_cast<double>(l)) * delta;
    }
    return sum;
  }
};

// Eighteen episodes of 1 to 5 steps, some cut off by the horizon.
std::vector<Episode> Episodes() {
  std::vector<Episode> episodes;
  for (int e = 0; e < 18; ++e) {
    Episode& own = episodes.emplace_back();
    const int length = e % 5 + 1;
    for (int t = 0; t < length; ++t) own.rewards.push_back(0.25 * ((3 * e + 5 * t) % 7));
    for (int t = 0; t <= length; ++t) own.values.push_back(0.5 * ((e + 4 * t) % 9) - 1);
    own.ended = length < 5 || e % 2 == 0;
  }
  return episodes;
}

Experience Filled(const std::vector<Episode>& episodes) {
  Experience experience(18, 5, 4);
  for (int e = 0; e < 18; ++e) {
    const Episode& own = episodes[static_cast<size_t>(e)];
    const ActingGroup group = experience.Group(e / kGroup);
    const int lane = e % kGroup;
    for (size_t t = 0; t < own.rewards.size(); ++t) {
      group.rewards[t * kGroup + lane] = static_cast<float>(own.rewards[t]);
      group.actions[t * kGroup + lane] = static_cast<float>((e + t) % 2);
      for (size_t i = 0; i < 4; ++i) {
        group.seen[(t * 4 + i) * kGroup + lane] = static_cast<float>(100 * e + 10 * t + i);
      }
      group.returns[lane] += static_cast<float>(own.rewards[t]);
    }
    for (size_t t = 0; t < own.values.size(); ++t) {
      experience.Values(e / kGroup)[t * kGroup + lane] = static_cast<float>(own.values[t]);
    }
    group.lengths[lane] = static_cast<float>(own.rewards.size());
    group.ended[lane] = own.ended ? 1 : 0;
  }
  return experience;
}

TEST(Experience, HasGeneralisedAdvantagesAndTheirTargets) {
  const std::vector<Episode> episodes = Episodes();
  std::vector<double> advantages, targets;
  for (const Episode& episode : episodes) {
    for (size_t t = 0; t < episode.rewards.size(); ++t) {
      advantages.push_back(episode.Advantage(t));
      targets.push_back(advantages.back() + episode.values[t]);
    }
  }
  const auto count = static_cast<double>(advantages.size());
  double mean = 0, square = 0;
  for (const double a : advantages) mean += a / count;
  for (const double a : advantages) square += (a - mean) * (a - mean) / count;

  Experience experience = Filled(episodes);
  experience.Judge(kDiscount, kTrace);
  ASSERT_EQ(experience.steps(), advantages.size());
  const Network surrogate = SurrogateNetwork(Config());
  ASSERT_EQ(experience.chunks(surrogate), 1u);
  NetworkInputs chunk;
  experience.FillChunk(surrogate, 0, chunk);
  for (size_t i = 0; i < advantages.size(); ++i) {
    EXPECT_NEAR(chunk.arrays[2].floats[i], (advantages[i] - mean) / std::sqrt(square), 1e-5);
    EXPECT_NEAR(chunk.arrays[3].floats[i], targets[i], 1e-5);
    EXPECT_FLOAT_EQ(chunk.arrays[4].floats[i], static_cast<float>(1 / count));
  }
}

TEST(Experience, GivesEveryStepOnceAndNothingBehindThem) {
  const std::vector<Episode> episodes = Episodes();
  Experience experience = Filled(episodes);
  experience.Judge(kDiscount, kTrace);
  const Network surrogate = SurrogateNetwork(Config());
  NetworkInputs chunk;
  experience.FillChunk(surrogate, 0, chunk);
  size_t row = 0;
  for (size_t e = 0; e < episodes.size(); ++e) {
    for (size_t t = 0; t < episodes[e].rewards.size(); ++t, ++row) {
      for (size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(chunk.arrays[0].floats[row * 4 + i], static_cast<float>(100 * e + 10 * t + i));
      }
      EXPECT_EQ(chunk.arrays[1].tokens[row], static_cast<int32_t>((e + t) % 2));
    }
  }
  ASSERT_LT(row, static_cast<size_t>(surrogate.batch));
  for (; row < static_cast<size_t>(surrogate.batch); ++row) {
    EXPECT_EQ(chunk.arrays[4].floats[row], 0);
    EXPECT_EQ(chunk.arrays[2].floats[row], 0);
  }
}

// One step alone has no deviation.
TEST(Experience, AdvantagesOfOneStepAreZero) {
  Experience experience(1, 1, 4);
  const ActingGroup group = experience.Group(0);
  group.rewards[0] = 1;
  group.lengths[0] = 1;
  experience.Judge(kDiscount, kTrace);
  NetworkInputs chunk;
  experience.FillChunk(SurrogateNetwork(Config()), 0, chunk);
  EXPECT_EQ(chunk.arrays[2].floats[0], 0);
  EXPECT_EQ(chunk.arrays[4].floats[0], 1);
}

TEST(Experience, TheMeanReturnIsNoNumberIfAnEpisodeIsBroken) {
  Experience experience = Filled(Episodes());
  double sum = 0;
  for (const Episode& episode : Episodes()) {
    for (const double reward : episode.rewards) sum += reward / 18;
  }
  EXPECT_NEAR(experience.mean_return(), sum, 1e-5);
  experience.Group(1).broken[1] = std::nanf("");
  EXPECT_TRUE(std::isnan(experience.mean_return()));
}

}  // namespace
}  // namespace paceline::control
