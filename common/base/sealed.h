// State as bytes: a name in front, a checksum at the end, so that damage and mix-ups are noticed.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/statusor.h"

namespace paceline {

// `name` (8 characters, the last a version), content, SHA-256 of both in hexadecimal digits.
std::string Seal(std::string_view name, std::string_view content);
// The content, a part of `sealed`. DataLoss unless it is what Seal(name, ...) gave.
absl::StatusOr<std::string_view> Unseal(std::string_view name, std::string_view sealed);

// Numbers as they lie in memory (little endian).
template <class T>
requires std::is_arithmetic_v<T>
void AppendNumber(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}
// Takes a number off the front; false if there are too few bytes.
template <class T>
requires std::is_arithmetic_v<T>
bool TakeNumber(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return true;
}

}  // namespace paceline
