// Checkpoint files and modules that tests are made of.
#pragma once

#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>
#include <torch/serialize.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <random>
#include <string>
#include <vector>

#include "common/checkpoint/formats.h"
#include "common/lopt/curvature.h"
#include "tests/common/checkpoint/optimizers.h"
#include "tests/testing/process.h"
#include "tests/testing/samples.h"

namespace paceline::testing {

// The samples that tell no curvature: who trains a module has none.
inline std::vector<v1::LearnedOptimizer> ModuleSamples() {
  std::vector<v1::LearnedOptimizer> samples = Samples();
  std::erase_if(samples, [](const auto& sample) { return !CurvatureOf(sample).none(); });
  return samples;
}

class CheckpointFile {
 public:
  explicit CheckpointFile(const std::string& yaml) : CheckpointFile(OptimizerOf(yaml)) {}
  explicit CheckpointFile(const v1::LearnedOptimizer& optimizer) : trained_(Untrained(optimizer)) {
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
