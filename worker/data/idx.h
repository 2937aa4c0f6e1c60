// The IDX format of the MNIST family, as it is or gzip-compressed: two zero bytes, the type (8:
// unsigned byte), the number of dimensions, each dimension as a big-endian uint32, then the values
// in C order.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/data/file_array.h"

namespace paceline {

// How many dimensions an array may have.
struct IdxDimensions {
  IdxDimensions(int exactly) : least(exactly), most(exactly) {}
  IdxDimensions(int least, int most) : least(least), most(most) {}
  int least, most;
};

// Of uint8. NotFound as MappedFile; DataLoss says in which file, at which byte, what was found and
// what was expected. No more memory is taken than the file's own size can justify, and none for one
// that is not packed.
absl::StatusOr<FileArray> ReadIdx(const std::string& path, IdxDimensions dimensions);
// The same on a file's bytes, which outlive an array of a file that is not packed; errors name no
// path.
absl::StatusOr<FileArray> ParseIdx(std::string_view bytes, IdxDimensions dimensions);

}  // namespace paceline
