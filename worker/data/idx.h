// The IDX format of the MNIST family, as it is or gzip-compressed: two zero bytes, the type (8:
// unsigned byte), the number of dimensions, each dimension as a big-endian uint32, then the values
// in C order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace paceline {

struct IdxArray {
  std::vector<uint32_t> shape;
  std::vector<uint8_t> values;  // C order
};

// NotFound as ReadFile; DataLoss says in which file, at which byte, what was found and what was
// expected. No more memory is taken than the file's own size can justify.
absl::StatusOr<IdxArray> ReadIdx(const std::string& path, int dimensions);
// The same on a file's bytes; errors name no path.
absl::StatusOr<IdxArray> ParseIdx(std::string_view bytes, int dimensions);

}  // namespace paceline
