// Names of formats and of optimizers on the command line.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/checkpoint/formats.h"

namespace paceline {

// "safetensors", "theta-state", "pylo".
absl::StatusOr<OptimizerFormat> OptimizerFormatNamed(const std::string& name);
// What a file (of kPylo, a folder) of that format is called: NAME.safetensors, NAME.theta.state,
// NAME-pylo.
std::string DefaultPath(const std::string& name, OptimizerFormat format);
// A file or folder rather than a job's name, which has neither dots nor slashes.
bool IsPath(const std::string& target);
// "{adafac_mlp: {hidden: 4}}", or the path of a config.
absl::StatusOr<v1::LearnedOptimizer> OptimizerGiven(const std::string& text);

}  // namespace paceline
