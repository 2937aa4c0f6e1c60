// Trained optimizers and results that tests are made of.
#pragma once

#include "common/base/digest.h"
#include "common/config/config.h"
#include "common/lopt/layout.h"
#include "common/safetensors/safetensors.h"
#include "google/protobuf/util/json_util.h"
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
  return {.job = "tiny",
          .step = 3,
          .config = parsed.config,
          .theta = InitialTheta(LayoutOf(parsed.config.optimizer()), 1)};
}

// As `paceline export` writes it.
inline TensorFile FileOf(const TrainedOptimizer& trained) {
  TensorFile file;
  std::string config;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(trained.config, &config).ok());
  file.metadata = {{"job", trained.job},
                   {"step", std::to_string(trained.step)},
                   {"optimizer", LayoutOf(trained.config.optimizer()).optimizer},
                   {"config", config},
                   {"digest", ThetaDigest(trained.theta)}};
  for (const ThetaLeaf& leaf : LayoutOf(trained.config.optimizer()).leaves) {
    file.tensors[leaf.path] =
        Tensor::F32(leaf.shape, std::span(trained.theta).subspan(leaf.offset, leaf.size));
  }
  return file;
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
