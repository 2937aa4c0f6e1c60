// Other floating-point formats to float32.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/safetensors/safetensors.h"

namespace paceline {

// What is widened; a double is rounded. Nothing if the dtype is none of float32, float64, float16
// and bfloat16.
std::optional<Tensor> ToFloat32(Tensor tensor);

// Of the dtype that numpy calls `name`; nothing if it is none of those four.
std::optional<DType> FloatDType(std::string_view name);

}  // namespace paceline
