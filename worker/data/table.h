// Tables of numbers in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/data.pb.h"

namespace paceline {

// Rows of one split.
struct TableRows {
  std::vector<float> features;  // [row, feature]
  std::vector<int32_t> labels;  // [row], if there are classes
  std::vector<float> targets;   // [row], if there are none
  size_t count() const { return labels.empty() ? targets.size() : labels.size(); }
};

// Rows are put into the order of random numbers (Philox4x32-10, keyed by the digest's first
// sixteen digits; row r's number is words 1 and 0 of block r); then the first 70 % are `train`, 10
// % `inner_valid`, 10 % `outer_valid`, the last 10 % `test`. Features, and targets that are
// numbers, are standardised by the training split: (x − mean)/√(biased variance), or 0 in a column
// that is constant there.
struct TableData {
  int64_t features = 0;
  int64_t classes = 0;  // 0: targets are numbers
  TableRows train, inner_valid, outer_valid, test;
  // SHA-256 of the table's fields, however they are quoted and the file is packed.
  std::string digest;
};

// A CSV file (worker/data/csv.h), perhaps gzip-compressed, whose first line names the columns.
// Labels: if all targets are whole numbers from 0 to classes − 1, these; else, if there are exactly
// `classes` different ones, their numbers in the order of their bytes.
//
// Errors as FileBytes::Read; InvalidArgument if the table is another than `use` says; DataLoss,
// with line and column, for a field that is not as it must be, and for fewer than ten rows.
absl::StatusOr<std::shared_ptr<const TableData>> LoadTable(const std::string& path,
                                                           const v1::Table& use);
// The same of a file's bytes; errors name no path.
absl::StatusOr<std::shared_ptr<const TableData>> TableOf(std::string_view bytes,
                                                         const v1::Table& use);

}  // namespace paceline
