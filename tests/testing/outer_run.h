// A job's meta-training in this process, with the parts that coordinator and worker are made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/outer/trainer.h"
#include "worker/engine/block.h"

namespace paceline::testing {

// Not thread-safe. Bad configs and failing steps are test failures.
class OuterRun {
 public:
  // YAML as in configs/, with overrides as `--set`.
  OuterRun(const std::string& yaml, const std::vector<std::string>& overrides);
  OuterRun(const OuterRun&) = delete;

  // The next outer step's gradient at theta(), which stays.
  GradientEstimate Gradient();
  // One outer step.
  void Step();
  // Until so many are done.
  void RunTo(int64_t steps);

  int64_t steps() const { return estimator_.step(); }
  const JobContext& job() const { return *job_; }
  const std::vector<float>& theta() const { return theta_; }
  const v1::JobConfig& config() const { return config_; }

 private:
  const v1::JobConfig config_;
  std::shared_ptr<JobContext> job_;
  std::vector<float> theta_;
  GradientEstimator estimator_;
  OuterTrainer trainer_;
  std::vector<Block> blocks_;
};

// The text of a config, such as configs/lorenz.yaml.
std::string ShippedYaml(const std::string& path);

}  // namespace paceline::testing
