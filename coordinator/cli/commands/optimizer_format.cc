#include "coordinator/cli/commands/optimizer_format.h"

#include "common/base/file.h"
#include "common/config/config.h"
#include "common/config/optimizer.h"
#include "fmt/format.h"

namespace paceline {

absl::StatusOr<OptimizerFormat> OptimizerFormatNamed(const std::string& name) {
  if (name == "safetensors") return OptimizerFormat::kSafetensors;
  if (name == "theta-state") return OptimizerFormat::kThetaState;
  if (name == "pylo") return OptimizerFormat::kPylo;
  return absl::InvalidArgumentError(
      fmt::format("--format {}: it must be safetensors, theta-state or pylo", name));
}

std::string DefaultPath(const std::string& name, OptimizerFormat format) {
  switch (format) {
    case OptimizerFormat::kThetaState:
      return name + ".theta.state";
    case OptimizerFormat::kPylo:
      return name + "-pylo";
    case OptimizerFormat::kSafetensors:
      break;
  }
  return name + ".safetensors";
}

bool IsPath(const std::string& target) { return target.find_first_of("./") != std::string::npos; }

absl::StatusOr<v1::LearnedOptimizer> OptimizerGiven(const std::string& text) {
  if (text.starts_with("{")) return ParseOptimizer(text, "--optimizer");
  const auto yaml = ReadFile(text, kMaxConfigBytes);
  if (!yaml.ok()) return yaml.status();
  return ParseOptimizer(*yaml, text);
}

}  // namespace paceline
