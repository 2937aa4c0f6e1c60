#include "common/checkpoint/pylo_tensor.h"

#include <algorithm>
#include <optional>

#include "common/checkpoint/float_formats.h"
#include "common/safetensors/dtype.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace paceline {
namespace {

// The leaves' axes as [outer, in, out]; a leaf of one axis is [1, 1, out].
struct Extent {
  int64_t outer = 1, in = 1, out = 1;
};

Extent ExtentOf(const std::vector<int64_t>& shape) {
  Extent extent;
  const size_t rank = shape.size();
  for (size_t i = 0; i + 2 < rank; ++i) extent.outer *= shape[i];
  if (rank >= 2) extent.in = shape[rank - 2];
  if (rank >= 1) extent.out = shape[rank - 1];
  return extent;
}

// The shape of all leaves together, before any transposition.
std::vector<int64_t> JoinedShape(const PyloTensor& tensor, const ThetaLayout& layout) {
  std::vector<int64_t> shape = layout.leaf(tensor.leaves[0]).shape;
  for (size_t i = 1; i < tensor.leaves.size(); ++i) {
    const std::vector<int64_t>& next = layout.leaf(tensor.leaves[i]).shape;
    shape[shape.size() - 2] += next[next.size() - 2];
  }
  return shape;
}

std::vector<int64_t> PyloShape(const PyloTensor& tensor, const ThetaLayout& layout) {
  std::vector<int64_t> shape = JoinedShape(tensor, layout);
  if (tensor.transposed) std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  return shape;
}

// visit(leaf's number, place in the leaf, place in the PyLO tensor) for every value.
template <class Visit>
void ForEachValue(const PyloTensor& tensor, const ThetaLayout& layout, const Visit& visit) {
  const Extent joined = ExtentOf(JoinedShape(tensor, layout));
  int64_t first_in = 0;
  for (size_t number = 0; number < tensor.leaves.size(); ++number) {
    const Extent own = ExtentOf(layout.leaf(tensor.leaves[number]).shape);
    for (int64_t k = 0; k < own.outer; ++k) {
      for (int64_t i = 0; i < own.in; ++i) {
        for (int64_t o = 0; o < own.out; ++o) {
          const int64_t in = first_in + i;
          const int64_t place = tensor.transposed ? (k * joined.out + o) * joined.in + in
                                                  : (k * joined.in + in) * joined.out + o;
          visit(number, (k * own.in + i) * own.out + o, place);
        }
      }
    }
    first_in += own.in;
  }
}

}  // namespace

Tensor ToPyloTensor(const PyloTensor& tensor, const ThetaLayout& layout,
                    const ThetaLeaves& leaves) {
  const std::vector<int64_t> shape = PyloShape(tensor, layout);
  const Extent extent = ExtentOf(shape);
  std::vector<float> values(extent.outer * extent.in * extent.out);
  ForEachValue(tensor, layout, [&](size_t number, int64_t from, int64_t to) {
    values[to] = leaves.at(tensor.leaves[number]).f32()[from];
  });
  return Tensor::F32(shape, values);
}

absl::Status FromPyloTensor(const PyloTensor& tensor, const ThetaLayout& layout,
                            const Tensor& values, ThetaLeaves& leaves) {
  const std::vector<int64_t> shape = PyloShape(tensor, layout);
  const std::optional<Tensor> floats = ToFloat32(values);
  if (!floats || values.shape != shape) {
    return absl::InvalidArgumentError(fmt::format(
        "its tensor \"{}\" is {} [{}]; F32, F16, BF16 or F64 [{}] is expected", tensor.name,
        DTypeName(values.dtype), fmt::join(values.shape, ", "), fmt::join(shape, ", ")));
  }
  std::vector<std::vector<float>> parts;
  for (const std::string& path : tensor.leaves) parts.emplace_back(layout.leaf(path).size);
  ForEachValue(tensor, layout, [&](size_t number, int64_t to, int64_t from) {
    parts[number][to] = floats->f32()[from];
  });
  for (size_t i = 0; i < parts.size(); ++i) {
    leaves[tensor.leaves[i]] = Tensor::F32(layout.leaf(tensor.leaves[i]).shape, parts[i]);
  }
  return absl::OkStatus();
}

}  // namespace paceline
