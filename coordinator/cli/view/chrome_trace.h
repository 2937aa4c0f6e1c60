// Spans as a trace of Chrome's: what https://ui.perfetto.dev and chrome://tracing show.
#pragma once

#include <string>
#include <vector>

#include "common/trace/otlp_json.h"

namespace paceline {

// One JSON object. A process is a program, a thread a lane of spans; times are in microseconds from
// the earliest start, which `otherData` tells; an arrow leads from a span of another program to its
// child.
std::string ChromeTrace(const std::vector<SpanBatch>& batches);

}  // namespace paceline
