// Names and sizes of the element types, as the format writes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/safetensors/safetensors.h"

namespace paceline {

std::string_view DTypeName(DType dtype);
uint64_t DTypeBits(DType dtype);  // of one element
std::optional<DType> DTypeNamed(std::string_view name);

// The format's own limit.
inline constexpr size_t kMaxSafetensorsHeaderBytes = 100'000'000;

}  // namespace paceline
