// PyLO's folders: config.json and model.safetensors of each torch module, as its hub mixin reads
// and writes them, and pylo_kwargs.json, the arguments of its optimizer class:
//   AdafacLO_naive(params, hf_key=FOLDER, **json.load(open(FOLDER + "/pylo_kwargs.json")))
// VeLO's modules are in FOLDER/rnn and FOLDER/mlp (hf_key_rnn, hf_key_mlp; num_steps is the
// user's).
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/output.h"
#include "common/checkpoint/trained_optimizer.h"
#include "paceline/v1/optimizer.pb.h"

namespace paceline {

// Makes the folder; each file whole or not at all. model.safetensors carries our own metadata as
// well. InvalidArgument: PyLO has no such optimizer; else as WriteOutput, of all files before the
// first is written.
absl::Status WritePyloFolder(const TrainedOptimizer& trained, const std::string& folder,
                             const OutputRules& rules = kReplace);

// `optimizer` is for a folder whose metadata does not say our constants. NotFound: a file is
// missing; InvalidArgument and DataLoss as ParseTrainedOptimizer.
absl::StatusOr<TrainedOptimizer> ReadPyloFolder(
    const std::string& folder, const std::optional<v1::LearnedOptimizer>& optimizer = std::nullopt);

}  // namespace paceline
