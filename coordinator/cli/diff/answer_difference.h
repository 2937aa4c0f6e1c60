// Where the answers that made an outer step of two runs differ.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "paceline/v1/job.pb.h"

namespace paceline {

struct AnswerDifference {
  int64_t step = 0;  // from 1
  uint32_t block = 0;
  int64_t window = 0;  // the outer step that it began at, from 0
  // Of the block's, from 0; absent where they do not have the same answers.
  std::optional<int> particle = {};
  std::string field = {};      // of ParticleResult, or "answer", or "particles"
  std::string a = {}, b = {};  // with all digits; empty where there is none
};

// The first, in the order in which the gradient is summed; numbers are compared bit by bit. Both
// are of the same outer step.
std::optional<AnswerDifference> FirstDifference(const v1::StepScalars& a, const v1::StepScalars& b);

}  // namespace paceline
