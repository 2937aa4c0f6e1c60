// The header of an NPY file (NumPy enhancement proposal 1; versions 1 and 2): "\x93NUMPY", the
// version, the length of a Python dictionary, the dictionary.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/file_array.h"

namespace paceline {

struct NpyHeader {
  ElementType type = ElementType::kU8;
  std::vector<uint64_t> shape;
  uint64_t data_begin = 0;  // in the file
};

// Of a file's bytes. DataLoss says at which byte what was found and what was expected; arrays of
// other types than ElementType, of big-endian numbers and in Fortran order are refused by name.
absl::StatusOr<NpyHeader> ParseNpyHeader(std::string_view bytes);

}  // namespace paceline
