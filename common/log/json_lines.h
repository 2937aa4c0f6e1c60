// The log as JSON: an object a line, whatever is logged.
#pragma once

#include <memory>

#include "spdlog/formatter.h"

namespace paceline {

// Keys: "time" (UTC, "2026-01-02T03:04:05.678Z"), "level", "logger", "message", then those of
// CurrentLogFields. Bytes that are no UTF-8 are replaced, secrets hidden (Redacted).
std::unique_ptr<spdlog::formatter> JsonLines();

}  // namespace paceline
