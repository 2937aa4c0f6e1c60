#include "common/checkpoint/theta_leaves.h"

#include <algorithm>
#include <cmath>

#include "common/safetensors/dtype.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace paceline {
namespace {

std::string Expected(const ThetaLayout& layout) {
  return fmt::format("this {} has {} leaves, {} values", layout.optimizer, layout.leaves.size(),
                     layout.size);
}

absl::Status CheckNames(const ThetaLeaves& leaves, const ThetaLayout& layout) {
  for (const ThetaLeaf& leaf : layout.leaves) {
    if (leaves.contains(leaf.path)) continue;
    return absl::InvalidArgumentError(fmt::format("it has no tensor \"{}\", float32 [{}]; {}",
                                                  leaf.path, fmt::join(leaf.shape, ", "),
                                                  Expected(layout)));
  }
  if (leaves.size() == layout.leaves.size()) return absl::OkStatus();
  for (const auto& [path, tensor] : leaves) {
    const bool known = std::ranges::any_of(
        layout.leaves, [&path = path](const ThetaLeaf& leaf) { return leaf.path == path; });
    if (known) continue;
    return absl::InvalidArgumentError(
        fmt::format("it has a tensor \"{}\" that is none of theta's; {}", path.substr(0, 80),
                    Expected(layout)));
  }
  return absl::OkStatus();
}

absl::Status CheckForm(const ThetaLeaf& leaf, const Tensor& tensor, const ThetaLayout& layout) {
  if (tensor.dtype == DType::kF32 && tensor.shape == leaf.shape) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("its tensor \"{}\" is {} [{}]; float32 (F32) [{}] is expected: {}", leaf.path,
                  DTypeName(tensor.dtype), fmt::join(tensor.shape, ", "),
                  fmt::join(leaf.shape, ", "), Expected(layout)));
}

}  // namespace

ThetaLeaves ToLeaves(const ThetaLayout& layout, std::span<const float> theta) {
  ThetaLeaves leaves;
  for (const ThetaLeaf& leaf : layout.leaves) {
    leaves[leaf.path] = Tensor::F32(leaf.shape, theta.subspan(leaf.offset, leaf.size));
  }
  return leaves;
}

absl::StatusOr<std::vector<float>> FromLeaves(const ThetaLeaves& leaves,
                                              const ThetaLayout& layout) {
  if (absl::Status status = CheckNames(leaves, layout); !status.ok()) return status;
  std::vector<float> theta(layout.size);
  for (const ThetaLeaf& leaf : layout.leaves) {
    const Tensor& tensor = leaves.at(leaf.path);
    if (absl::Status status = CheckForm(leaf, tensor, layout); !status.ok()) return status;
    std::ranges::copy(tensor.f32(), theta.begin() + static_cast<std::ptrdiff_t>(leaf.offset));
  }
  return theta;
}

absl::Status CheckFinite(const ThetaLayout& layout, std::span<const float> theta) {
  for (const ThetaLeaf& leaf : layout.leaves) {
    for (size_t i = 0; i < leaf.size; ++i) {
      const float value = theta[leaf.offset + i];
      if (std::isfinite(value)) continue;
      return absl::InvalidArgumentError(
          fmt::format("its tensor \"{}\" has the value {} at element {}; theta's values are finite",
                      leaf.path, value, i));
    }
  }
  return absl::OkStatus();
}

}  // namespace paceline
