// Files of spans, read for people's tools.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/trace/otlp_json.h"

namespace paceline {

struct ReadSpans {
  std::vector<SpanBatch> batches;
  // Lines that hold none: a program that is killed may leave the end of one out.
  int64_t lines_left_out = 0;
  std::string why;  // of the first of those, with its number
};

// Errors as ReadFile; InvalidArgument if no line holds spans. An empty file is fine.
absl::StatusOr<ReadSpans> ReadSpanFile(const std::string& path);

}  // namespace paceline
