// Trained optimizers in the formats of other libraries.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/output.h"
#include "common/checkpoint/trained_optimizer.h"

namespace paceline {

enum class OptimizerFormat {
  kSafetensors,  // ours (trained_optimizer.h)
  kThetaState,   // google/learned_optimization's (theta_state.h)
  kPylo,         // PyLO's folder (pylo.h)
};

// Whole or not at all; `path` is a folder for kPylo. InvalidArgument: the format has no such
// optimizer; else as WriteOutput.
absl::Status ExportOptimizer(const TrainedOptimizer& trained, OptimizerFormat format,
                             const std::string& path, const OutputRules& rules = kReplace);

// Without `format`, what the path holds decides. `optimizer` says what the values belong to where
// the source does not; InvalidArgument if that is needed and absent, or if the source says
// otherwise.
absl::StatusOr<TrainedOptimizer> ImportOptimizer(
    const std::string& path, const std::optional<OptimizerFormat>& format,
    const std::optional<v1::LearnedOptimizer>& optimizer);

}  // namespace paceline
