// A learned optimizer's part of a config, alone: what a checkpoint says of itself, and what
// `--optimizer` takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/optimizer.pb.h"

namespace paceline {

// "{adafac_mlp: {hidden: 4}}", or a whole config, of which only `optimizer` is read. Defaults are
// filled in. InvalidArgument lists all faults, one per line, each after `name` and its place.
absl::StatusOr<v1::LearnedOptimizer> ParseOptimizer(std::string_view yaml, std::string_view name);
// The same rules on a message from anywhere; empty if it is valid.
std::vector<std::string> CheckOptimizer(const v1::LearnedOptimizer& optimizer);
// JSON in the config's own words, defaults written out; ParseOptimizer reads it back.
std::string OptimizerJson(const v1::LearnedOptimizer& optimizer);

}  // namespace paceline
