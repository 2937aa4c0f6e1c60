// One tensor of a safetensors file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/file_array.h"

namespace paceline {

// The tensor of that name, or the only one there is if `tensor` is empty. The file is mapped and
// its values stay where they are. NotFound if there is no such file or tensor; DataLoss says in
// which file, where, what was found and what was expected.
absl::StatusOr<FileArray> ReadTensorArray(const std::string& path, std::string_view tensor = "");
// Of all there are, in the order of the alphabet. Errors likewise.
absl::StatusOr<std::vector<std::string>> TensorNames(const std::string& path);
// ReadTensorArray on a file's bytes, which outlive the array; errors name no path.
absl::StatusOr<FileArray> ParseTensorArray(std::string_view bytes, std::string_view tensor = "");

}  // namespace paceline
