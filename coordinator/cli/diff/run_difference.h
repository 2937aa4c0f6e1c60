// Where two runs part, from the answers that made their outer steps and from θ.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/cli/diff/answer_difference.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

struct Run {
  int64_t steps = 0;  // done
  // What the next outer step was made of, from the oldest on; nothing after the last.
  std::function<absl::StatusOr<std::optional<v1::StepScalars>>()> next;
  // Of θ after so many outer steps.
  std::function<absl::StatusOr<std::string>(int64_t)> digest;
};

struct ThetaPair {
  int64_t step = 0;
  std::string a, b;  // digests
  bool equal() const { return a == b; }
};

struct RunDifference {
  int64_t steps = 0;     // that both have done
  int64_t compared = 0;  // of them, those whose answers were found equal
  std::optional<AnswerDifference> answers;
  // The first that differ; absent if those after `steps` are equal.
  std::optional<ThetaPair> theta;
  ThetaPair last;  // after `steps`

  bool equal() const { return !answers && last.equal(); }
};

// Reads both up to the first answers that differ, an outer step of each in memory. Where θ is
// another, the outer step at which it became so is found by halving. Errors are the runs'.
absl::StatusOr<RunDifference> CompareRuns(const Run& a, const Run& b);

}  // namespace paceline
