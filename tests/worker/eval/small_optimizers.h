// Trained optimizers and results that tests are made of.
#pragma once

#include "common/config/config.h"
#include "common/lopt/layout.h"
#include "gtest/gtest.h"
#include "worker/eval/evaluate.h"

namespace paceline {

inline constexpr char kQuadraticConfig[] = R"(
name: tiny
seed: 5
optimizer: {learnable_sgd: {learning_rate: 0.1}}
tasks:
  - quadratic: {dimension: 6}
episode: {constant: {steps: 20}}
estimator: {pes: {window: 4}, particles: 4, block: 2}
outer: {steps: 3, optimizer: {sgd: {learning_rate: 0.1}}}
)";

inline TrainedOptimizer SmallOptimizer(const std::vector<std::string>& overrides = {}) {
  const ParsedConfig parsed = ParseConfig(kQuadraticConfig, "test", overrides);
  for (const Fault& fault : parsed.faults) ADD_FAILURE() << fault.ToString();
  return {.optimizer = parsed.config.optimizer(),
          .theta = InitialTheta(LayoutOf(parsed.config.optimizer()), 1),
          .training = Training{.job = "tiny", .step = 3, .config = parsed.config}};
}

inline OptimizerResult ResultWithLosses(const std::string& key, const std::vector<double>& losses) {
  OptimizerResult result{.key = key, .title = key, .learning_rate = std::nullopt, .runs = {}};
  for (const double loss : losses) {
    result.runs.push_back(
        {.curve = {2 * loss, loss}, .training_loss = loss, .test_loss = loss + 1});
  }
  return result;
}

}  // namespace paceline
