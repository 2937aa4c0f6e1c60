// Small tasks for the tests of the torch tier.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "worker/engine/inner_runs.h"

namespace paceline::testing {

// Steps large enough that 20 of them move the parameters.
v1::LearnedOptimizer Adafac();

v1::Task SmallMlp(v1::Activation activation = v1::ACTIVATION_RELU);
v1::Task SmallConvNet(v1::Pool pool = v1::POOL_AVG);
v1::Task SmallQuadratic(v1::QuadraticKind kind);

// Torch and reference runs of one task and optimizer. Run r is particle r / 2, and has a θ of its
// own.
class Runs {
 public:
  Runs(const v1::Task& task_config, const v1::LearnedOptimizer& optimizer, int runs);

  std::unique_ptr<InnerRuns> Torch() { return Started(MakeTorch()); }
  std::unique_ptr<InnerRuns> Reference();
  std::unique_ptr<InnerRuns> MakeTorch();  // not started

  // Losses [run, step] of steps under thetas.
  std::vector<float> Advance(InnerRuns& made, int64_t steps);
  void Start(InnerRuns& made, int run);

  const Task& task() const { return *task_; }
  std::vector<RunTheta> Thetas();  // of all runs
  std::span<float> theta(int run) {
    return std::span(thetas_).subspan(run * theta_size_, theta_size_);
  }

 private:
  std::unique_ptr<InnerRuns> Started(std::unique_ptr<InnerRuns> made);

  v1::Task task_config_;
  v1::LearnedOptimizer optimizer_;
  int runs_;
  std::unique_ptr<Task> task_;
  size_t theta_size_ = 0;
  std::vector<float> thetas_;  // [run, P]
};

}  // namespace paceline::testing
