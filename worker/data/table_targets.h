// What is to be predicted of a table's rows.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/raw_table.h"

namespace paceline {

// [row]: as LoadTable says of labels. `use` is the table's.
absl::StatusOr<std::vector<int32_t>> LabelsOf(const RawTable& table, const v1::Table& use);
// [row]: the targets as numbers.
absl::StatusOr<std::vector<float>> NumbersOf(const RawTable& table, const v1::Table& use);

}  // namespace paceline
