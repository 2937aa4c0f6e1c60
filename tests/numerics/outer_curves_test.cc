// Whole meta-training runs beside the published implementation's curves (golden curve_*.csv). Long.
//
// A random θ_0 may by chance climb its task's loss or descend it, and then a run spends a hundred
// outer steps on that (about one in three does). To compare the training and not the luck of the
// draw, ours are the first three seeds whose loss in the first outer step lies where the published
// seeds' does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "common/config/config.h"
#include "coordinator/outer/trainer.h"
#include "tests/testing/golden.h"
#include "worker/engine/block.h"

namespace paceline {
namespace {

constexpr int kSteps = 400, kWindow = 50, kFirstChecked = 200;
constexpr double kWidening = 0.1;

struct Curve {
  std::string name;       // of the csv file, without prefix and suffix
  std::string optimizer;  // YAML
};

std::ostream& operator<<(std::ostream& out, const Curve& curve) { return out << curve.name; }

struct Published {
  std::map<int, std::vector<double>> means;      // [seed][window]: over kWindow outer steps
  double lowest_first = 1e9, highest_first = 0;  // loss of outer step 0 over the seeds
};

// csv columns: seed, outer_step, mean_loss.
Published ReadPublished(const std::string& path) {
  Published published;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    int seed = 0, step = 0;
    double loss = 0;
    char comma = 0;
    fields >> seed >> comma >> step >> comma >> loss;
    if (step >= kSteps) continue;
    if (step == 0) {
      published.lowest_first = std::min(published.lowest_first, loss);
      published.highest_first = std::max(published.highest_first, loss);
    }
    published.means[seed].resize(kSteps / kWindow);
    published.means[seed][step / kWindow] += loss / kWindow;
  }
  return published;
}

// The meta-loss of every outer step of a job, computed in this process. Stops after the first one
// unless it lies in the published range.
std::vector<double> Train(const v1::JobConfig& config, const Published& published,
                          DataStore& data) {
  const auto job = JobContext::Create(config, data).value();
  std::vector<float> theta = InitialTheta(job->layout(), config.seed());
  GradientEstimator estimator(config, theta.size(), 1);
  OuterTrainer trainer(config.outer(), {theta.size()});
  std::vector<Block> blocks;
  for (uint32_t b = 0; b < estimator.blocks(); ++b) blocks.emplace_back(job, b);
  const size_t particles = config.estimator().block();
  std::vector<double> losses;
  for (int64_t step = 0; step < config.outer().steps(); ++step) {
    std::vector<ParticleScalars> scalars(blocks.size() * particles);
    std::atomic<size_t> next = 0;
    const auto work = [&] {
      for (size_t b = next++; b < blocks.size(); b = next++) {
        const auto of_block = blocks[b].RunWindow(step, theta).value();
        std::copy(of_block.begin(), of_block.end(), scalars.begin() + b * particles);
      }
    };
    {
      std::jthread second(work);
      work();
    }
    const GradientEstimate estimate = estimator.Estimate(scalars).value();
    losses.push_back(estimate.loss.value().mean);
    if (losses[0] < published.lowest_first || losses[0] > published.highest_first) break;
    EXPECT_TRUE(trainer.Step(estimate.gradient, theta).ok());
  }
  return losses;
}

class OuterCurves : public ::testing::TestWithParam<std::tuple<Curve, std::string>> {};

TEST_P(OuterCurves, LieWithinThePublishedSeedsOrBelow) {
  const auto& [curve, estimator] = GetParam();
  const std::string path = paceline::testing::GoldenFolder() + "/curve_" + curve.name + ".csv";
  if (!std::ifstream(path)) GTEST_SKIP() << "*** NOT CHECKED: no golden data at " << path << " ***";
  const Published published = ReadPublished(path);
  DataStore data;
  std::map<int, std::vector<double>> ours;
  for (int seed = 0; ours.size() < 3; ++seed) {
    ASSERT_LT(seed, 50) << "hardly any seed starts where the published ones do";
    const ParsedConfig parsed = ParseConfig(
        "name: curve\nseed: " + std::to_string(seed) + "\noptimizer: {" + curve.optimizer +
            "}\n"
            "tasks: [{image_mlp: {size: 8, hidden: [32], activation: relu, batch: 128}}]\n"
            "episode: {log_uniform: {min: 100, max: 1000}}\n"
            "estimator: {" +
            estimator +
            ": {window: 50, sigma: 0.01}, particles: 16, block: 1}\n"
            "outer: {steps: 400, optimizer: {adam: {learning_rate: 1.0e-3}}}\n",
        "curve.yaml");
    ASSERT_TRUE(parsed.faults.empty()) << parsed.faults.front().ToString();
    const std::vector<double> losses = Train(parsed.config, published, data);
    if (losses.size() < kSteps) continue;
    ours[seed].resize(kSteps / kWindow);
    for (int step = 0; step < kSteps; ++step) ours[seed][step / kWindow] += losses[step] / kWindow;
  }
  std::printf("%s, %s: outer steps | our seeds", curve.name.c_str(), estimator.c_str());
  for (const auto& [seed, means] : ours) std::printf(" %d", seed);
  std::printf(" | their mean | published lowest - highest\n");
  for (int w = 0; w < kSteps / kWindow; ++w) {
    double mean = 0, lowest = 1e9, highest = 0;
    for (const auto& [seed, means] : ours) mean += means[w] / ours.size();
    for (const auto& [seed, means] : published.means) {
      lowest = std::min(lowest, means[w]);
      highest = std::max(highest, means[w]);
    }
    std::printf("  %3d-%3d |", w * kWindow, w * kWindow + kWindow - 1);
    for (const auto& [seed, means] : ours) std::printf(" %.3f", means[w]);
    std::printf(" | %.3f | %.3f - %.3f\n", mean, lowest, highest);
    if (w * kWindow < kFirstChecked) continue;
    EXPECT_LE(mean, highest + kWidening) << "from outer step " << w * kWindow;
  }
}

INSTANTIATE_TEST_SUITE_P(All, OuterCurves,
                         ::testing::Combine(::testing::Values(Curve{"short", "mlp_lopt: {}"},
                                                              Curve{"short_adafac",
                                                                    "adafac_mlp: {hidden: 4}"}),
                                            ::testing::Values("pes", "nres")),
                         [](const auto& curve) {
                           return std::get<0>(curve.param).name + "_" + std::get<1>(curve.param);
                         });

}  // namespace
}  // namespace paceline
