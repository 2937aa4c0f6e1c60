#include "tests/common/config/trial_config.h"

#include <gtest/gtest.h>

#include "common/config/config.h"

namespace paceline::testing {
namespace {

std::string KindsOf(const google::protobuf::OneofDescriptor& choice) {
  std::string kinds;
  for (int i = 0; i < choice.field_count(); ++i) {
    if (i > 0) kinds += i + 1 < choice.field_count() ? ", " : " or ";
    kinds += choice.field(i)->name();
  }
  return kinds;
}

}  // namespace

const char* const kTrialYaml = R"(name: trial
seed: 7
optimizer: {adafac_mlp: {hidden: 8}}
tasks:
  - image_mlp:
      hidden: [32]
      activation: relu
    weight: 2
  - quadratic: {dimension: 10}
episode:
  log_uniform: {min: 100, max: 1000}
estimator:
  nres: {window: 50, sigma: 0.01}
  particles: 16
  block: 4
outer:
  steps: 600
  optimizer:
    adam: {learning_rate: 1.0e-3}
  clip: {global_norm: 1}
)";

std::string Changed(std::string_view from, std::string_view to) {
  std::string yaml = kTrialYaml;
  const size_t at = yaml.find(from);
  if (at == std::string::npos || yaml.find(from, at + 1) != std::string::npos) {
    ADD_FAILURE() << "the trial config does not have exactly one: " << from;
    return yaml;
  }
  return yaml.replace(at, from.size(), to);
}

std::string TaskKinds() { return KindsOf(*v1::Task::descriptor()->oneof_decl(0)); }
std::string OptimizerKinds() { return KindsOf(*v1::LearnedOptimizer::descriptor()->oneof_decl(0)); }

v1::JobConfig TrialConfig() { return ParseConfig(kTrialYaml, "job.yaml").config; }

std::vector<std::string> FaultsOf(std::string_view yaml,
                                  const std::vector<std::string>& overrides) {
  std::vector<std::string> lines;
  for (const Fault& fault : ParseConfig(yaml, "job.yaml", overrides).faults) {
    lines.push_back(fault.ToString());
  }
  return lines;
}

}  // namespace paceline::testing
