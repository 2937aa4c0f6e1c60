// Other floating-point formats to float32.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace paceline {

// `data` holds little-endian values of the numpy dtype `name` ("float32", "float64", "float16",
// "bfloat16"); the result holds float32s. Nothing if the dtype is another one. The size of `data`
// is a multiple of that of an element (FloatFormatBytes).
std::optional<std::string> ToFloat32(std::string_view name, std::string_view data);
// 0 if the dtype is another one.
size_t FloatFormatBytes(std::string_view name);

}  // namespace paceline
