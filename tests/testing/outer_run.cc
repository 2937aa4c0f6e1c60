#include "tests/testing/outer_run.h"

#include <gtest/gtest.h>

#include "common/base/file.h"
#include "common/config/config.h"
#include "tests/testing/shared_data.h"

namespace paceline::testing {
namespace {

v1::JobConfig Parsed(const std::string& yaml, const std::vector<std::string>& overrides) {
  const ParsedConfig parsed = ParseConfig(yaml, "job.yaml", overrides);
  for (const Fault& fault : parsed.faults) ADD_FAILURE() << fault.ToString();
  return parsed.config;
}

std::vector<size_t> LeafSizes(const ThetaLayout& layout) {
  std::vector<size_t> sizes;
  for (const ThetaLeaf& leaf : layout.leaves) sizes.push_back(leaf.size);
  return sizes;
}

}  // namespace

OuterRun::OuterRun(const std::string& yaml, const std::vector<std::string>& overrides)
    : config_(Parsed(yaml, overrides)),
      job_(JobContext::Create(config_, SharedData()).value()),
      theta_(InitialTheta(job_->layout(), config_.seed())),
      estimator_(config_, theta_.size(), 1),
      trainer_(config_.outer(), LeafSizes(job_->layout())) {
  for (uint32_t b = 0; b < estimator_.blocks(); ++b) blocks_.emplace_back(job_, b);
}

GradientEstimate OuterRun::Gradient() {
  std::vector<ParticleScalars> scalars;
  for (Block& block : blocks_) {
    const auto of_block = block.RunWindow(estimator_.step(), theta_).value();
    scalars.insert(scalars.end(), of_block.begin(), of_block.end());
  }
  return estimator_.Estimate(scalars).value();
}

void OuterRun::Step() {
  const GradientEstimate estimate = Gradient();
  EXPECT_TRUE(trainer_.Step(estimate.gradient, theta_).ok());
}

void OuterRun::RunTo(int64_t steps) {
  while (estimator_.step() < steps) Step();
}

std::string ShippedYaml(const std::string& path) { return ReadFile(path).value(); }

}  // namespace paceline::testing
