// --trace, of the programs that record spans.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/command/command.h"
#include "common/trace/span_file.h"
#include "common/trace/tracer.h"

namespace paceline {

void AddTraceFlag(Command& command, std::string& path);

// What a program records its spans with.
class Tracing {
 public:
  // Of an empty path, nothing is recorded. Errors as SpanFile::Open.
  static absl::StatusOr<Tracing> Begin(const std::string& path, const TraceResource& resource);

  // Lives as long as this; what it has begun ends before.
  Tracer& tracer() { return tracer_ ? *tracer_ : Tracer::Off(); }

 private:
  std::unique_ptr<SpanFile> file_;
  std::unique_ptr<Tracer> tracer_;
};

}  // namespace paceline
