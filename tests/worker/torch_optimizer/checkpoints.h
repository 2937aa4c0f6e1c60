// Checkpoint files and modules that tests are made of.
#pragma once

#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>
#include <torch/serialize.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "common/checkpoint/formats.h"
#include "common/lopt/family.h"
#include "tests/common/checkpoint/optimizers.h"
#include "tests/testing/process.h"

namespace paceline::testing {

// Small ones, and every other family as it is by default.
inline std::vector<std::string> EveryKind() {
  std::vector<std::string> kinds = {
      "{mlp_lopt: {hidden: 8, step_multiplier: 0.1}}",
      "{adafac_mlp: {hidden: 8, step_multiplier: 0.1}}",
      "{adafac_mlp: {hidden: 8, step_multiplier: 0.1, clip: {global_norm: 1}}}",
      "{mu_adafac_mlp: {hidden: 8, step_multiplier: 0.1}}",
      "{mlp_nom_lopt: {step_multiplier: 0.1, nominal_step_size: 0.01, weight_decay: 0.01}}",
      "{rnn_mlp_lopt: {hidden: 8, lstm_hidden: 8, step_multiplier: 0.1}}",
      "{hyper_v2: {lstm_hidden: 8, param_inits: 4, step_multiplier: 0.1}}"};
  const auto begins = [&](const std::string& start) {
    return std::ranges::any_of(kinds, [&](const auto& kind) { return kind.starts_with(start); });
  };
  for (const Family& family : Families()) {
    const std::string start = "{" + family.name + ": {";
    if (family.kind != v1::LearnedOptimizer::kSystemParameters && !begins(start)) {
      kinds.push_back(start + "}}");
    }
  }
  return kinds;
}

class CheckpointFile {
 public:
  explicit CheckpointFile(const std::string& yaml) : trained_(Untrained(yaml)) {
    const absl::Status status = ExportOptimizer(trained_, OptimizerFormat::kSafetensors, path());
    EXPECT_TRUE(status.ok()) << status;
  }

  std::string path() const { return folder_.path() + "/optimizer.safetensors"; }
  const TrainedOptimizer& trained() const { return trained_; }

 private:
  TemporaryFolder folder_;
  TrainedOptimizer trained_;
};

inline std::vector<float> Normals(size_t size, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

inline torch::Tensor ToTensor(const std::vector<float>& values, const std::vector<int64_t>& shape) {
  return torch::from_blob(const_cast<float*>(values.data()), shape).clone();
}

inline std::vector<float> ToVector(const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.detach().contiguous();
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

}  // namespace paceline::testing
