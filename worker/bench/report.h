// Rows of a benchmark as a table, and beside those of another build.
//
// A row of section "engine" or "system" is measured by inner_steps_per_s; any other by value, where
// a unit of time (s, ms, us) is better when lower.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"

namespace paceline {

using BenchRows = std::vector<nlohmann::ordered_json>;

// One object a line, blank lines left out. InvalidArgument names the line that is none.
absl::StatusOr<BenchRows> ParseRows(std::string_view text);

// Adds to each row that `other` has too: "against" (its figure there) and "ratio" (how many times
// as fast it is here). Rows are the same if section, name, task, optimizer, particles, window,
// device, threads and engine are.
void AddRatios(const BenchRows& other, BenchRows& rows);
// Below this ratio a row is a regression: two runs of one build on a quiet machine differ by less.
inline constexpr double kRegression = 0.95;
// A line for each regression, and for each row of `other` that is missing; empty if there is none.
std::string RegressionText(const BenchRows& other, const BenchRows& rows);

// A table for each section. `machine` is named above.
std::string TableText(const std::string& machine, const BenchRows& rows);

}  // namespace paceline
