// The parameters of a LearnedOptimizer's groups, and what is asked of them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "worker/torch_optimizer/learned_optimizer.h"

namespace paceline {

using ParameterGroups = std::vector<torch::optim::OptimizerParamGroup>;

struct Parameter {
  torch::Tensor tensor;
  const LearnedOptimizerOptions* options = nullptr;  // its group's
  size_t number = 0;                                 // in the groups' lists, one after the other
  ParameterKind kind = ParameterKind::kOther;        // told, or found by its order

  // "parameter 3 (Float [4, 3])"
  std::string Name() const;
};

// The functions below throw std::invalid_argument that names the parameter.

// Each parameter once, where it stands first: module->parameters() lists a shared layer twice.
// Refuses groups with other options than ours or with options out of range, tensors that are no
// leaves, and one parameter in two groups.
std::vector<Parameter> ListParameters(const ParameterGroups& groups);

// The groups, if all their tensors are defined and leaves of the graph of gradients.
const ParameterGroups& WithLeavesOnly(const ParameterGroups& groups);

// That they, which have elements, and the gradients which they have are such as can be updated:
// float32, dense, and without memory in common.
void CheckTrainable(std::span<const Parameter> parameters);

// A group's, if they are ours and in range.
const LearnedOptimizerOptions& OptionsOf(const torch::optim::OptimizerParamGroup& group);
void CheckOptions(const LearnedOptimizerOptions& options);

}  // namespace paceline
