#include "common/trace/otlp_json.h"
#include "common/trace/trace_context.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"

namespace paceline::fuzz {

void Traceparent(std::string_view input) {
  const auto context = ParseTraceparent(input);
  if (!context.ok()) {
    PACELINE_REQUIRE(absl::IsInvalidArgument(context.status()));
    return;
  }
  PACELINE_REQUIRE(context->valid());
  const auto again = ParseTraceparent(ToTraceparent(*context));
  PACELINE_REQUIRE(again.ok() && *again == *context);
}

void Spans(std::string_view input) {
  const auto batches = ReadOtlpLine(input);
  if (!batches.ok()) {
    PACELINE_REQUIRE(absl::IsInvalidArgument(batches.status()));
    return;
  }
  const std::string line = OtlpDocument(*batches);
  PACELINE_REQUIRE(line.find('\n') == std::string::npos);
  const auto again = ReadOtlpLine(line);
  PACELINE_REQUIRE(again.ok() && OtlpDocument(*again) == line);
}

}  // namespace paceline::fuzz
