// The log for people.
#pragma once

#include <memory>

#include "spdlog/formatter.h"

namespace paceline {

// spdlog's own lines: "[2026-01-02 03:04:05.678] [coordinator] [info] ...". What is logged cannot
// begin a line or rule a terminal (Printable), and secrets are hidden (Redacted).
std::unique_ptr<spdlog::formatter> TextLines();

}  // namespace paceline
