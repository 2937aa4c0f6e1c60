// An evaluation as a file: evaluation.binpb.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/output.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

inline constexpr char kEvaluationFile[] = "evaluation.binpb";

// The message, its maps and fields in a fixed order, and behind it a field that the schema does not
// have: the SHA-256 of all bytes before. Any reader of Protocol Buffers takes it.
std::string EvaluationBytes(const v1::Evaluation& evaluation);
// DataLoss if the bytes are cut off, damaged or of something else; InvalidArgument of
// CheckEvaluation.
absl::StatusOr<v1::Evaluation> EvaluationOf(std::string_view bytes);

// Makes `folder` if need be. Errors as WriteOutput.
absl::Status SaveEvaluation(const v1::Evaluation& evaluation, const std::string& folder,
                            const OutputRules& rules);
// `path` is a folder of SaveEvaluation, or the file. NotFound, and as EvaluationOf; all name the
// file.
absl::StatusOr<v1::Evaluation> LoadEvaluation(const std::string& path);
// The file that LoadEvaluation would read.
std::string EvaluationPath(const std::string& path);

}  // namespace paceline
