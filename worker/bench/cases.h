// What is to be measured, from the words of the command line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct BenchCase {
  std::string task;       // as it was asked for: "mlp:64-32-10"
  std::string optimizer;  // "adafac_mlp:hidden=8"
  v1::JobConfig config;   // one task; its estimator has the particles, the block and the window
};

struct CaseOptions {
  std::vector<std::string> tasks{};
  std::vector<std::string> optimizers{};
  std::vector<uint32_t> particles{};
  std::string config_path{};  // a job's YAML file: its tasks, and what is not given here
  uint32_t window = 0;        // 0: the config's, else 50
  std::string engine{};       // "": the config's, else auto
  int threads = 1;
};

// `mlp:IN-HIDDEN-...-10[:batch=N][:ACTIVATION]`, IN the pixels of a square image of at most 28 ×
// 28; `quadratic:N[:KIND]`; fields of the schema may follow as `:key=value`. As a YAML value.
absl::StatusOr<std::string> TaskYaml(const std::string& spec);
// `KIND[:key=value]...`, the keys of its message. As a YAML value.
absl::StatusOr<std::string> OptimizerYaml(const std::string& spec);
// A config's task or optimizer in the same words, defaults left out.
std::string TaskSpec(const v1::Task& task);
std::string OptimizerSpec(const v1::LearnedOptimizer& optimizer);

// Particles a block: 8, or the largest divisor of `particles` below it that leaves every thread a
// block.
uint32_t BlockFor(uint32_t particles, int threads);

// Tasks × optimizers × particles; with nothing given the cases of README's table.
// InvalidArgument says which word is wrong and what would be right; otherwise as ReadFile.
absl::StatusOr<std::vector<BenchCase>> MakeCases(const CaseOptions& options);

}  // namespace paceline
