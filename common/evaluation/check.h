// Whether an evaluation's parts fit each other.
#pragma once

#include "absl/status/status.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

// InvalidArgument, naming the entry, unless every entry is of a case and a contestant that are
// there, in order and once, and its runs are as many as `seeds` says, each with the spans of its
// case. Losses may be any numbers.
absl::Status CheckEvaluation(const v1::Evaluation& evaluation);

}  // namespace paceline
