#include "common/trace/flag.h"

#include <utility>

namespace paceline {

void AddTraceFlag(Command& command, std::string& path) {
  command
      .AddOption("--trace", path,
                 "Record spans in this file, as lines of OTLP (docs/logs-and-traces.md)")
      .TypeName("FILE");
}

absl::StatusOr<Tracing> Tracing::Begin(const std::string& path, const TraceResource& resource) {
  Tracing tracing;
  if (path.empty()) return tracing;
  auto file = SpanFile::Open({.path = path, .resource = resource});
  if (!file.ok()) return file.status();
  tracing.file_ = *std::move(file);
  tracing.tracer_ = std::make_unique<Tracer>(*tracing.file_);
  return tracing;
}

}  // namespace paceline
