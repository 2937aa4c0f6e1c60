// One tensor of a PyLO module, made of leaves of θ.
#pragma once

#include <string>
#include <vector>

#include "common/checkpoint/theta_leaves.h"
#include "common/lopt/layout.h"

namespace paceline {

struct PyloTensor {
  std::string name;  // "network.input.weight"
  // Leaves of θ, one after the other along their last axis but one: [..., in, out].
  std::vector<std::string> leaves;
  bool transposed = false;  // [..., out, in], as torch's Linear has it
};

// `leaves` has those of `tensor`, in the shapes of `layout`.
Tensor ToPyloTensor(const PyloTensor& tensor, const ThetaLayout& layout, const ThetaLeaves& leaves);
// The inverse: adds the leaves to `leaves`. Values of half, bfloat16
// or double are made float32. InvalidArgument for another dtype, or another shape than that which
// ToPyloTensor gives.
absl::Status FromPyloTensor(const PyloTensor& tensor, const ThetaLayout& layout,
                            const Tensor& values, ThetaLeaves& leaves);

}  // namespace paceline
