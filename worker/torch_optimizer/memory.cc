#include "worker/torch_optimizer/memory.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace paceline {
namespace {

struct Extent {
  size_t number = 0;  // of the tensor
  uintptr_t begin = 0, end = 0;
};

// Bytes from the first element to the end of the last.
size_t ReachOf(const torch::Tensor& tensor) {
  int64_t last = 0;
  for (int64_t axis = 0; axis < tensor.dim(); ++axis) {
    last += (tensor.size(axis) - 1) * tensor.stride(axis);
  }
  return (static_cast<size_t>(last) + 1) * tensor.element_size();
}

Extent ExtentOf(const torch::Tensor& tensor, size_t number) {
  const auto begin = reinterpret_cast<uintptr_t>(tensor.const_data_ptr());
  return {number, begin, begin + ReachOf(tensor)};
}

// Address of each element, sorted.
std::vector<uintptr_t> Places(const torch::Tensor& tensor) {
  std::vector<uintptr_t> places = {reinterpret_cast<uintptr_t>(tensor.const_data_ptr())};
  for (int64_t axis = 0; axis < tensor.dim(); ++axis) {
    const size_t before = places.size();
    const size_t stride = tensor.stride(axis) * tensor.element_size();
    for (int64_t k = 1; k < tensor.size(axis); ++k) {
      for (size_t i = 0; i < before; ++i) places.push_back(places[i] + k * stride);
    }
  }
  std::ranges::sort(places);
  return places;
}

// Of tensors whose extents meet.
bool ShareAnElement(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.is_non_overlapping_and_dense() && b.is_non_overlapping_and_dense()) return true;
  std::vector<uintptr_t> shared;
  std::ranges::set_intersection(Places(a), Places(b), std::back_inserter(shared));
  return !shared.empty();
}

}  // namespace

bool LiesInItsStorage(const torch::Tensor& tensor) {
  if (tensor.numel() == 0 || tensor._is_zerotensor()) return true;
  if (!tensor.has_storage()) return false;
  const size_t end = tensor.storage_offset() * tensor.element_size() + ReachOf(tensor);
  return end <= tensor.storage().nbytes();
}

bool HasOwnPlaceForEachElement(const torch::Tensor& tensor) {
  std::vector<std::pair<int64_t, int64_t>> axes;  // stride, size
  for (int64_t axis = 0; axis < tensor.dim(); ++axis) {
    if (tensor.size(axis) > 1) axes.emplace_back(tensor.stride(axis), tensor.size(axis));
  }
  std::ranges::sort(axes);
  int64_t last = 0;  // of the axes so far
  bool nested = true;
  for (const auto& [stride, size] : axes) {
    nested = nested && stride > last;
    last += stride * (size - 1);
  }
  if (nested || tensor.numel() == 0) return true;
  if (axes.front().first == 0) return false;
  const std::vector<uintptr_t> places = Places(tensor);
  return std::ranges::adjacent_find(places) == places.end();
}

std::optional<std::pair<size_t, size_t>> FindOverlap(std::span<const torch::Tensor> tensors) {
  std::vector<Extent> extents;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].numel() > 0) extents.push_back(ExtentOf(tensors[i], i));
  }
  std::ranges::sort(extents, {}, &Extent::begin);
  std::vector<Extent> open;  // that reach beyond where the next one begins
  for (const Extent& extent : extents) {
    std::erase_if(open, [&](const Extent& other) { return other.end <= extent.begin; });
    for (const Extent& other : open) {
      if (ShareAnElement(tensors[other.number], tensors[extent.number])) {
        return std::minmax(other.number, extent.number);
      }
    }
    open.push_back(extent);
  }
  return std::nullopt;
}

}  // namespace paceline
