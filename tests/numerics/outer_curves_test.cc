// Whole meta-training runs beside the published implementation's curves (golden curve_*.csv). Long.
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

// Means over kWindow outer steps, by seed: csv columns seed, outer_step, mean_loss.
std::map<int, std::vector<double>> ReadMeans(const std::string& path) {
  std::map<int, std::vector<double>> sums;
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
    sums[seed].resize(kSteps / kWindow);
    sums[seed][step / kWindow] += loss / kWindow;
  }
  return sums;
}

// The meta-loss of every outer step of a job, computed in this process.
std::vector<double> Train(const v1::JobConfig& config, DataStore& data) {
  const auto job = JobContext::Create(config, data).value();
  std::vector<float> theta = InitialTheta(job->layout(), config.seed());
  GradientEstimator estimator(config, theta.size(), 1);
  OuterTrainer trainer(config.outer(), theta.size());
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
    losses.push_back(estimate.mean_loss);
    EXPECT_TRUE(trainer.Step(estimate.gradient, theta).ok());
  }
  return losses;
}

class OuterCurves : public ::testing::TestWithParam<std::tuple<Curve, std::string>> {};

TEST_P(OuterCurves, LieWithinThePublishedSeedsOrBelow) {
  const auto& [curve, estimator] = GetParam();
  const std::string path = paceline::testing::GoldenFolder() + "/curve_" + curve.name + ".csv";
  if (!std::ifstream(path)) GTEST_SKIP() << "*** NOT CHECKED: no golden data at " << path << " ***";
  const auto published = ReadMeans(path);
  DataStore data;
  std::map<int, std::vector<double>> ours;
  for (int seed = 0; seed < 3; ++seed) {
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
    const std::vector<double> losses = Train(parsed.config, data);
    ours[seed].resize(kSteps / kWindow);
    for (int step = 0; step < kSteps; ++step) ours[seed][step / kWindow] += losses[step] / kWindow;
  }
  std::printf("%s, %s: outer steps | seeds of ours | mean | published lowest - highest\n",
              curve.name.c_str(), estimator.c_str());
  for (int w = 0; w < kSteps / kWindow; ++w) {
    double mean = 0, lowest = 1e9, highest = 0;
    for (const auto& [seed, means] : ours) mean += means[w] / ours.size();
    for (const auto& [seed, means] : published) {
      lowest = std::min(lowest, means[w]);
      highest = std::max(highest, means[w]);
    }
    std::printf("  %3d-%3d | %.3f %.3f %.3f | %.3f | %.3f - %.3f\n", w * kWindow,
                w * kWindow + kWindow - 1, ours[0][w], ours[1][w], ours[2][w], mean, lowest,
                highest);
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
