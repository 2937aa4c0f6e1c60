// Gradients through a chaotic unroll explode, those of evolution strategies do not (L. Metz et al.,
// "Understanding and correcting pathologies in the training of learned optimizers", ICML 2019).
//
// The reference rows are those of an independent program. Each row is printed beside its reference;
// standard deviations are over single estimates (one run; one antithetic pair).
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/testing/outer_run.h"
#include "worker/pathwise/pathwise.h"

namespace paceline {
namespace {

struct Sample {
  double mean = 0, deviation = 0, error = 0;  // error: of the mean
};

Sample Summarized(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  Sample sample;
  for (const double value : values) sample.mean += value / count;
  for (const double value : values) {
    sample.deviation += (value - sample.mean) * (value - sample.mean) / (count - 1);
  }
  sample.deviation = std::sqrt(sample.deviation);
  sample.error = sample.deviation / std::sqrt(count);
  return sample;
}

// Element `index` of the gradient by one antithetic pair, as often as `count`. Every outer step of
// full ES is another episode.
Sample OfPairs(testing::OuterRun& run, size_t index, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(run.Gradient().gradient[index]);
  return Summarized(values);
}

struct Pathwise {
  Sample gradient;
  double loss = 0;
};

// The same of whole episodes of `length` steps by differentiation, `together` runs at a time.
Pathwise OfRuns(const testing::OuterRun& run, int64_t length, size_t index, int count,
                int together) {
  const v1::JobConfig& config = run.config();
  const auto runs = MakePathwiseRuns(config.optimizer(), config.tasks(0), run.job().task(0),
                                     together, Precision::kFloat)
                        .value();
  const std::vector<double> theta(run.theta().begin(), run.theta().end());
  std::vector<double> losses(together * length), gradients(together * theta.size()), values;
  Pathwise result;
  for (uint32_t done = 0; done < static_cast<uint32_t>(count); done += together) {
    for (int i = 0; i < together; ++i) {
      EXPECT_TRUE(runs->Start(i, {.key = 7, .particle = done + i}, length).ok());
    }
    const absl::Status status = runs->Advance(theta, length, losses, gradients);
    EXPECT_TRUE(status.ok()) << status;
    for (int i = 0; i < together; ++i) values.push_back(gradients[i * theta.size() + index]);
    for (const double loss : losses) result.loss += loss / (count * static_cast<double>(length));
  }
  result.gradient = Summarized(values);
  return result;
}

TEST(GradientExplosion, OfTheLorenzSystemIsThePathwiseOnesAlone) {
  struct Row {
    int length;
    double pathwise, es;
  };
  const Row rows[] = {{100, 1.65e3, 4.6e3}, {200, 4.7e3, 3.1e3},  {500, 1.4e3, 1.6e3},
                      {1000, 1.3e5, 1.6e3}, {1500, 3.0e6, 1.6e3}, {2000, 2.2e7, 1.6e3}};
  for (const Row& row : rows) {
    testing::OuterRun run(
        testing::ShippedYaml("configs/lorenz.yaml"),
        {"tasks[0].lorenz.initial_noise=1", "episode.constant.steps=" + std::to_string(row.length),
         "estimator={full_es: {sigma: 0.04}, particles: 1, block: 1}"});
    const Sample pathwise = OfRuns(run, row.length, 1, 1000, 100).gradient;
    const Sample es = OfPairs(run, 1, 1000);
    std::printf("Lorenz T %4d: pathwise std %8.3g (reference %8.3g), ES std %8.3g (%8.3g)\n",
                row.length, pathwise.deviation, row.pathwise, es.deviation, row.es);
    EXPECT_NEAR(es.deviation / row.es, 1, 0.25) << row.length;
    if (row.length <= 500) {
      EXPECT_NEAR(pathwise.deviation / row.pathwise, 1, 0.25) << row.length;
    } else {  // heavy tails: an order of magnitude is all that a sample tells
      EXPECT_NEAR(std::log10(pathwise.deviation / row.pathwise), 0, 1) << row.length;
    }
  }
}

struct FashionRow {
  double learning_rate;
  int length;
  double loss, mean, deviation, es_mean, es_deviation;  // the reference's
};

struct Measured {
  Sample pathwise, es;
};

Measured OfFashion(const FashionRow& row, int together) {
  testing::OuterRun run(
      testing::ShippedYaml("configs/estimators-fashion.yaml"),
      {"optimizer.learnable_sgd.learning_rate=" + std::to_string(row.learning_rate),
       "episode.constant.steps=" + std::to_string(row.length),
       "estimator={full_es: {sigma: 0.1}, particles: 1, block: 1}"});
  const Pathwise pathwise = OfRuns(run, row.length, 0, 48, together);
  const Measured measured{pathwise.gradient, OfPairs(run, 0, 48)};
  std::printf(
      "rate %-3g T %4d: loss %.3f (reference %.3f), pathwise %.3g / %.3g (%.3g / %.3g), "
      "ES %.3g / %.3g (%.3g / %.3g)\n",
      row.learning_rate, row.length, pathwise.loss, row.loss, measured.pathwise.mean,
      measured.pathwise.deviation, row.mean, row.deviation, measured.es.mean, measured.es.deviation,
      row.es_mean, row.es_deviation);
  EXPECT_NEAR(pathwise.loss / row.loss, 1, 0.05);
  return measured;
}

void ExpectCalm(const Measured& measured) {
  EXPECT_LT(measured.pathwise.deviation, measured.es.deviation);
  EXPECT_NEAR(measured.pathwise.mean, measured.es.mean,
              4 * std::hypot(measured.pathwise.error, measured.es.error));
}

TEST(GradientExplosion, OfSgdOnFashionMnistComesWithTheLearningRate) {
  ExpectCalm(OfFashion({.1, 10, 2.301, -.0013, .0004, -.0012, .0016}, 16));
  ExpectCalm(OfFashion({.1, 100, NAN, NAN, NAN, NAN, NAN}, 16));
  OfFashion({1, 30, 1.864, -.22, .73, -.21, .34}, 16);
  const Measured wild = OfFashion({1, 100, 1.286, 111, 630, -.083, .14}, 16);
  EXPECT_GT(wild.pathwise.deviation / wild.es.deviation, 1000);
  OfFashion({4, 30, 2.418, 9e3, 7e4, .35, 1.6}, 16);
}

}  // namespace
}  // namespace paceline
