// Trained optimizers that tests are made of.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/checkpoint/trained_optimizer.h"
#include "common/config/config.h"
#include "common/config/optimizer.h"
#include "common/lopt/layout.h"

namespace paceline::testing {

inline v1::LearnedOptimizer OptimizerOf(const std::string& yaml) {
  const auto optimizer = ParseOptimizer(yaml, "test");
  EXPECT_TRUE(optimizer.ok()) << optimizer.status();
  return optimizer.ok() ? *optimizer : v1::LearnedOptimizer();
}

// 1/64, 2/64, ...: what the files in tests/common/checkpoint/data hold.
inline std::vector<float> Counted(size_t size) {
  std::vector<float> values(size);
  for (size_t i = 0; i < size; ++i) values[i] = static_cast<float>(i + 1) / 64;
  return values;
}

inline TrainedOptimizer Untrained(const v1::LearnedOptimizer& optimizer) {
  TrainedOptimizer trained{.optimizer = optimizer, .theta = {}};
  trained.theta = InitialTheta(LayoutOf(trained.optimizer), 3);
  // What begins at zero gets values, too, none of them the same.
  for (size_t i = 0; i < trained.theta.size(); ++i) trained.theta[i] += 1e-3f / (i + 1.5f);
  return trained;
}
inline TrainedOptimizer Untrained(const std::string& yaml) { return Untrained(OptimizerOf(yaml)); }

inline TrainedOptimizer Trained(const std::string& yaml) {
  TrainedOptimizer trained = Untrained(yaml);
  const std::string job = "name: tiny\nseed: 5\noptimizer: " + yaml + R"(
tasks:
  - quadratic: {dimension: 6}
episode: {constant: {steps: 20}}
estimator: {pes: {window: 4}, particles: 4, block: 2}
outer: {steps: 12, optimizer: {sgd: {learning_rate: 0.1}}}
)";
  const ParsedConfig parsed = ParseConfig(job, "test");
  for (const Fault& fault : parsed.faults) ADD_FAILURE() << fault.ToString();
  trained.training = Training{.job = "tiny", .step = 3, .config = parsed.config};
  return trained;
}

inline void ExpectSame(const TrainedOptimizer& a, const TrainedOptimizer& b) {
  EXPECT_EQ(OptimizerJson(a.optimizer), OptimizerJson(b.optimizer));
  EXPECT_EQ(a.theta, b.theta);
  ASSERT_EQ(a.training.has_value(), b.training.has_value());
  if (!a.training) return;
  EXPECT_EQ(a.training->job, b.training->job);
  EXPECT_EQ(a.training->step, b.training->step);
  EXPECT_EQ(PrintConfig(a.training->config), PrintConfig(b.training->config));
}

}  // namespace paceline::testing
