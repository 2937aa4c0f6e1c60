// The NPY format, in which NumPy saves an array: a header, then the values.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/data/file_array.h"

namespace paceline {

// The file's values stay where they are: it is mapped. Errors as MappedFile; DataLoss says in which
// file, where, what was found and what was expected.
absl::StatusOr<FileArray> ReadNpy(const std::string& path);
// The same on a file's bytes, which outlive the array; errors name no path.
absl::StatusOr<FileArray> ParseNpy(std::string_view bytes);

}  // namespace paceline
