// The JSON header of a safetensors file.
#pragma once

#include <string>
#include <string_view>
#include "nlohmann/json_fwd.hpp"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace paceline {

template <class... Parts>
absl::Status InvalidSafetensors(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat("not a valid safetensors file: ", parts...));
}

// A name from the file in quotes, short and printable.
std::string QuotedName(const std::string& name);

// An object of tensors' entries, and "__metadata__". Of an entry's further fields, which readers
// ignore, nothing deep is kept. InvalidArgument if it is no JSON object, if a key that counts is
// there twice, or if what counts is nested deeper than the format has it.
absl::StatusOr<nlohmann::json> ParseSafetensorsHeader(std::string_view text);

}  // namespace paceline
