// A table of numbers and one column beside them, as its file has it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/data.pb.h"

namespace paceline {

struct RawTable {
  std::vector<std::string> feature_names;  // in the file's order
  std::vector<float> features;             // [row, feature]
  std::vector<std::string> targets;        // [row]
  std::vector<size_t> lines;               // [row]
  size_t target_column = 0;                // of the file, from 0
  std::string digest;  // SHA-256 of all fields, however they are quoted and lines end

  size_t rows() const { return targets.size(); }
};

// Of a CSV file's bytes (worker/data/csv.h). InvalidArgument if it has other columns than the
// message says; DataLoss, with line and column, for what is no such table. Errors name no path.
absl::StatusOr<RawTable> ParseTable(std::string_view bytes, const v1::Table& use);

// A finite float32 number in decimal digits, perhaps with blanks around it; false for others.
bool ParseNumber(std::string_view text, float& number);
// `field` in quotes, cut off if it is long: for errors.
std::string ShownField(std::string_view field);

}  // namespace paceline
