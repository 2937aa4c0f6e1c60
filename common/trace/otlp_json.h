// Batches of spans as lines of JSON: each an ExportTraceServiceRequest of OTLP
// (https://opentelemetry.io/docs/specs/otlp/, "JSON Protobuf Encoding").
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/trace/span.h"

namespace paceline {

// The program that the spans are of.
struct TraceResource {
  std::string service;   // "paceline-worker"
  std::string instance;  // tells it from others of its kind, for people
  int64_t pid = 0;
  auto operator<=>(const TraceResource&) const = default;
};

struct SpanBatch {
  TraceResource resource;
  std::vector<SpanData> spans;
};

// One line, without its end. `dropped`: spans that the program has lost since it started.
std::string OtlpLine(const TraceResource& resource, std::span<const SpanData> spans,
                     uint64_t dropped = 0);

// All in one request.
std::string OtlpDocument(std::span<const SpanBatch> batches);

// InvalidArgument if the line is none. Attributes that are lists are left out.
absl::StatusOr<std::vector<SpanBatch>> ReadOtlpLine(std::string_view line);

}  // namespace paceline
