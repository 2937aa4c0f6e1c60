// Where the elements of tensors lie: what an update in place must know.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

namespace paceline {

// Strided tensors only. False if the shape and strides reach beyond the tensor's storage, or there
// is none.
bool LiesInItsStorage(const torch::Tensor& tensor);

// False for an expanded tensor and the like: some elements are the same number in memory.
bool HasOwnPlaceForEachElement(const torch::Tensor& tensor);

// The numbers of two tensors that have an element in common. Views of one storage that lie side by
// side or between each other have none.
std::optional<std::pair<size_t, size_t>> FindOverlap(std::span<const torch::Tensor> tensors);

}  // namespace paceline
