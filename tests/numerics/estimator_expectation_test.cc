// The exact expectation of each estimator's gradient, without sampling.
//
// Inner dynamics x ← a·x + θ from x = 0, loss x before each update. All is linear and ε of
// different windows are independent, so the expected estimate is the sum, over steps, of the
// sensitivity of the step's loss to each ε credited to it, divided by the number of steps. The
// episodes, the perturbations and the credit are those of the product's own code.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include "common/estimator/episodes.h"
#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

// Of x to the ε of each outer step, and to θ.
struct Sensitivity {
  std::map<int64_t, double> to_noise;
  double to_theta = 0;

  void Step(double a, int64_t perturbation_step) {
    for (auto& [step, value] : to_noise) value *= a;
    to_noise[perturbation_step] += 1;
    to_theta = a * to_theta + 1;
  }
  double Credited(const CreditedNoise& credit) const {
    double sum = 0;
    const auto end = to_noise.upper_bound(credit.last);
    for (auto it = to_noise.lower_bound(credit.first); it != end; ++it) sum += it->second;
    return sum;
  }
};

// Does particle `p` diverge in the window of that outer step?
using Divergence = std::function<bool(uint32_t block, int64_t step)>;
bool Never(uint32_t, int64_t) { return false; }

// (expected estimate − true gradient) / true gradient over whole episodes of 16 one-particle
// blocks.
double RelativeError(const v1::JobConfig& config, double a, const Divergence& diverges = Never) {
  double estimate = 0, truth = 0;
  for (uint32_t block = 0; block < 16; ++block) {
    EpisodeCursor cursor(config, block);
    ParticleEpisodes episodes(1);
    Sensitivity x;
    for (int ended = 0; ended < 5; cursor.Advance()) {
      const BlockWindow& window = cursor.window();
      episodes.Begin(window);
      if (episodes.JustBegan(0, window)) x = {};
      const int64_t start = episodes.starts()[0];
      for (int64_t i = 0; i < window.inner_steps; ++i) {
        estimate += x.Credited(CreditOf(config.estimator(), window.step, start));
        truth += x.to_theta;
        x.Step(a, PerturbationStep(config.estimator(), window.step, start));
      }
      if (diverges(block, window.step)) episodes.MarkDiverged(0);
      if (window.ends_episode()) ++ended;
    }
  }
  return estimate / truth - 1;
}

struct Shape {
  uint32_t length;
  uint32_t window;
};
// Those of the study's table, windows longer than the episode, and lengths that are no multiple of
// it.
const std::vector<Shape> kShapes = {{10, 10},   {20, 5}, {20, 10}, {100, 20}, {100, 50}, {200, 10},
                                    {2000, 50}, {7, 10}, {10, 30}, {25, 10},  {101, 20}, {3, 1}};

TEST(EstimatorExpectation, IsTheGradientForEveryLengthAndWindow) {
  for (const Kind kind : {Kind::kNres, Kind::kPes, Kind::kGpes, Kind::kFullEs}) {
    for (const Shape& shape : kShapes) {
      for (const double a : {1.0, 0.9}) {
        const v1::JobConfig config = EstimatorConfig(kind, shape.window, shape.length);
        EXPECT_LT(std::abs(RelativeError(config, a)), 1e-6)
            << "estimator " << static_cast<int>(kind) << ", T " << shape.length << ", W "
            << shape.window << ", a " << a;
      }
    }
  }
}

TEST(EstimatorExpectation, IsTheGradientForRandomLengths) {
  for (const Kind kind : {Kind::kNres, Kind::kPes, Kind::kGpes, Kind::kFullEs}) {
    v1::JobConfig config = EstimatorConfig(kind, 7, 0);
    SetLogUniform(config, 3, 300);
    EXPECT_LT(std::abs(RelativeError(config, 1)), 1e-6) << static_cast<int>(kind);
    EXPECT_LT(std::abs(RelativeError(config, 0.9)), 1e-6) << static_cast<int>(kind);
  }
}

TEST(EstimatorExpectation, IsTheGradientWhenParticlesDivergeAndBeginAnew) {
  const auto sometimes = [](uint32_t block, int64_t step) { return (step * 7 + block) % 5 == 0; };
  for (const Kind kind : {Kind::kNres, Kind::kPes, Kind::kGpes}) {
    v1::JobConfig config = EstimatorConfig(kind, 5, 0);
    SetLogUniform(config, 5, 100);
    EXPECT_LT(std::abs(RelativeError(config, 1, sometimes)), 1e-6) << static_cast<int>(kind);
  }
}

TEST(EstimatorExpectation, OfGpesIsTheGradientForEveryPeriod) {
  for (const uint32_t period : {4u, 8u, 12u, 20u, 40u, 100u, 400u}) {
    v1::JobConfig config = EstimatorConfig(Kind::kGpes, 4, 0);
    config.mutable_estimator()->mutable_gpes()->set_period(period);
    SetLogUniform(config, 4, 150);
    for (const double a : {1.0, 0.9}) {
      EXPECT_LT(std::abs(RelativeError(config, a)), 1e-6) << "period " << period << ", a " << a;
    }
  }
}

// The objective of episode weighting is the mean over episodes of an episode's mean loss; of step
// weighting, the mean over all steps. (The study, section 3.7.)
struct Weighted {
  double estimate = 0;       // Σ w·(what is credited) / Σ w·n
  double over_steps = 0;     // the gradient of the mean over steps
  double over_episodes = 0;  // and over episodes
};
Weighted WeightedExpectation(const v1::JobConfig& config, double a) {
  Weighted result;
  double weights = 0, steps = 0, episodes = 0, in_episode = 0;
  for (uint32_t block = 0; block < 64; ++block) {
    EpisodeCursor cursor(config, block);
    Sensitivity x;
    for (int ended = 0; ended < 5; cursor.Advance()) {
      const BlockWindow& window = cursor.window();
      if (window.begins_episode()) x = {};
      const int64_t start = window.episode_start;
      const double weight = EpisodeWeighted(config.estimator())
                                ? 1.0 / static_cast<double>(window.ParticleLength(start))
                                : 1;
      for (int64_t i = 0; i < window.inner_steps; ++i) {
        result.estimate += weight * x.Credited(CreditOf(config.estimator(), window.step, start));
        weights += weight;
        result.over_steps += x.to_theta;
        in_episode += x.to_theta;
        ++steps;
        x.Step(a, PerturbationStep(config.estimator(), window.step, start));
      }
      if (!window.ends_episode()) continue;
      result.over_episodes += in_episode / static_cast<double>(window.length_steps);
      in_episode = 0;
      ++episodes;
      ++ended;
    }
  }
  result.estimate /= weights;
  result.over_steps /= steps;
  result.over_episodes /= episodes;
  return result;
}

TEST(EstimatorExpectation, IsOfTheObjectiveThatTheWeightingNames) {
  for (const Kind kind : {Kind::kNres, Kind::kPes, Kind::kGpes, Kind::kFullEs}) {
    v1::JobConfig config = EstimatorConfig(kind, 5, 0);
    SetLogUniform(config, 5, 200);
    const Weighted by_step = WeightedExpectation(config, 1);
    EXPECT_NEAR(by_step.estimate / by_step.over_steps, 1, 1e-9);
    config.mutable_estimator()->set_weighting(v1::WEIGHTING_EPISODE);
    const Weighted by_episode = WeightedExpectation(config, 1);
    EXPECT_NEAR(by_episode.estimate / by_episode.over_episodes, 1, 1e-9);
    // They are not the same objective.
    EXPECT_GT(by_step.over_steps, 1.3 * by_episode.over_episodes);
  }
}

// The final loss: T times an episode's last value, in the window where it ends. By steps its mean
// is weighted by the episodes' lengths, by episodes it is the plain mean.
TEST(EstimatorExpectation, OfTheFinalLossIsItsGradient) {
  for (const Kind kind : {Kind::kNres, Kind::kPes, Kind::kGpes, Kind::kFullEs}) {
    for (const v1::Weighting weighting : {v1::WEIGHTING_STEP, v1::WEIGHTING_EPISODE}) {
      v1::JobConfig config = EstimatorConfig(kind, 5, 0);
      SetLogUniform(config, 5, 200);
      config.mutable_estimator()->set_weighting(weighting);
      double estimate = 0, denominator = 0, truth = 0, truth_weights = 0;
      for (uint32_t block = 0; block < 64; ++block) {
        EpisodeCursor cursor(config, block);
        Sensitivity x;
        for (int ended = 0; ended < 5; cursor.Advance()) {
          const BlockWindow& window = cursor.window();
          if (window.begins_episode()) x = {};
          const int64_t start = window.episode_start;
          const auto length = static_cast<double>(window.ParticleLength(start));
          const bool by_episode = EpisodeWeighted(config.estimator());
          const double weight = by_episode ? 1 / length : 1;
          for (int64_t i = 0; i < window.inner_steps; ++i) {
            denominator += weight;
            if (window.ends_episode() && i + 1 == window.inner_steps) {
              const CreditedNoise credit = CreditOf(config.estimator(), window.step, start);
              estimate += weight * length * x.Credited(credit);
              truth += (by_episode ? 1 : length) * x.to_theta;
              truth_weights += by_episode ? 1 : length;
              ++ended;
            }
            x.Step(0.9, PerturbationStep(config.estimator(), window.step, start));
          }
        }
      }
      EXPECT_NEAR(estimate / denominator / (truth / truth_weights), 1, 1e-9)
          << static_cast<int>(kind) << " " << weighting;
    }
  }
}

// With a = 1 the k-th loss of an episode has the sensitivity k, of which truncated ES sees what
// came within the window.
TEST(EstimatorExpectation, OfTruncatedEsIsShortByWhatTheWindowCutsOff) {
  v1::JobConfig config = EstimatorConfig(Kind::kTruncatedEs, 5, 20);
  double truth = 0, within = 0;
  for (uint32_t block = 0; block < 16; ++block) {
    EpisodeCursor cursor(config, block);
    for (int ended = 0; ended < 5; cursor.Advance()) {
      for (int64_t i = 0; i < 5; ++i) {
        truth += static_cast<double>(cursor.window().first_inner_step + i);
        within += static_cast<double>(i);
      }
      if (cursor.window().ends_episode()) ++ended;
    }
  }
  EXPECT_NEAR(RelativeError(config, 1), within / truth - 1, 1e-9);
  EXPECT_LT(within / truth - 1, -0.7);
}

// ---- negative control: google/learned_optimization's truncated PES ------------------------------

// Its stream of steps: an episode of T training steps, the last of which raises is_done, then one
// step that only resets. Credit is split by an *inclusive* prefix of is_done, so the last training
// step is credited with its own window's ε alone; with `exclusive` the split is right. Windows are
// normalised each by their own number of trained steps.
class LibraryPes {
 public:
  LibraryPes(int length, int window, double a, bool exclusive)
      : length_(length), window_(window), a_(a), exclusive_(exclusive) {}

  // The mean estimate over one period of episodes against windows, after one period of settling in.
  double Expectation() {
    const int64_t windows = std::lcm(length_ + 1, window_) / window_;
    for (int64_t i = 0; i < windows; ++i) Window();
    double sum = 0;
    for (int64_t i = 0; i < windows; ++i) sum += Window();
    return sum / static_cast<double>(windows);
  }

 private:
  double Window() {
    ++id_;
    std::set<int64_t> persistent = accumulated_;
    persistent.insert(id_);
    double sum = 0;
    int trained = 0;
    bool finished = false;
    for (int i = 0; i < window_; ++i) {
      if (done_) {
        x_ = {};
        k_ = 0;
        done_ = false;
        continue;
      }
      const bool last = k_ + 1 >= length_;
      const bool in_new_episode = finished || (last && !exclusive_);
      if (in_new_episode) {
        sum += x_.Credited({.first = id_, .last = id_});
      } else {
        for (const int64_t id : persistent) sum += x_.Credited({.first = id, .last = id});
      }
      ++trained;
      x_.Step(a_, id_);
      ++k_;
      done_ = last;
      finished = finished || last;
    }
    accumulated_ = finished ? std::set<int64_t>{id_} : persistent;
    return sum / trained;
  }

  int length_, window_;
  double a_;
  bool exclusive_;
  Sensitivity x_;
  int k_ = 0;
  bool done_ = false;
  int64_t id_ = 0;
  std::set<int64_t> accumulated_;
};

double TrueMean(int length, double a) {
  double sum = 0, sensitivity = 0;
  for (int k = 0; k < length; ++k) {
    sum += sensitivity;
    sensitivity = a * sensitivity + 1;
  }
  return sum / length;
}

struct LibraryCase {
  int length;
  int window;
  double a;
  double bias_percent;
  double tolerance;  // of the figure's last digit
};

// The figures of the study's table, section 3.5. For T = 2000 it has −0.14 from an average over
// part of a period; over the whole of one it is −0.101.
TEST(EstimatorExpectation, ReproducesTheLibrarysKnownBias) {
  const std::vector<LibraryCase> cases = {
      {10, 10, 1, -10.1, 0.05},      {20, 5, 1, -10.3, 0.05},     {20, 10, 1, -8.0, 0.05},
      {100, 20, 1, -1.9, 0.05},      {100, 50, 1, -1.5, 0.05},    {200, 10, 1, -1.1, 0.05},
      {2000, 50, 1, -0.101, 0.0005}, {100, 50, 0.9, -0.29, 0.005}};
  for (const LibraryCase& c : cases) {
    const double bias =
        LibraryPes(c.length, c.window, c.a, false).Expectation() / TrueMean(c.length, c.a) - 1;
    EXPECT_NEAR(100 * bias, c.bias_percent, c.tolerance) << "T " << c.length << ", W " << c.window;
  }
}

TEST(EstimatorExpectation, TheLibrarysBiasIsThatOfItsLastStep) {
  for (const Shape& shape : {Shape{10, 10}, {20, 5}, {20, 10}, {100, 20}, {100, 50}, {200, 10}}) {
    const auto length = static_cast<int>(shape.length);
    const double corrected =
        LibraryPes(length, static_cast<int>(shape.window), 1, true).Expectation();
    EXPECT_NEAR(corrected / TrueMean(length, 1), 1, 1e-9) << "T " << shape.length;
  }
}

}  // namespace
}  // namespace paceline
