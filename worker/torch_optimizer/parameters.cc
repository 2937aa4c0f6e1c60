#include "worker/torch_optimizer/parameters.h"

#include <torch/utils.h>

#include <cmath>
#include <map>
#include <utility>

#include "worker/torch_optimizer/memory.h"
#include "worker/torch_optimizer/refuse.h"

namespace paceline {
namespace {

constexpr int64_t kMaxAxes = 8;

std::string Describe(const torch::Tensor& tensor) {
  if (!tensor.defined()) return "undefined";
  const char* type = c10::toString(tensor.scalar_type());
  if (tensor.is_nested()) return fmt::format("nested {}", type);
  return fmt::format("{} {}", type, c10::str(tensor.sizes()));
}

void CheckLeaf(const Parameter& parameter) {
  if (!parameter.tensor.defined()) Refuse("{}: leave it out of the list", parameter.Name());
  if (parameter.tensor.is_leaf()) return;
  Refuse("{} is computed from other tensors: list those, or detach() it", parameter.Name());
}

// Each tensor of the lists, repeated ones too.
template <class Visit>
void ForEachListed(const ParameterGroups& groups, const Visit& visit) {
  size_t number = 0;
  for (size_t group = 0; group < groups.size(); ++group) {
    for (const torch::Tensor& tensor : groups[group].params()) {
      Parameter parameter{.tensor = tensor, .number = number++};
      CheckLeaf(parameter);
      visit(group, std::move(parameter));
    }
  }
}

// Kinds by the order of all weights.
void FindAutomaticKinds(std::vector<Parameter>& parameters) {
  std::vector<Parameter*> weights;
  for (Parameter& one : parameters) {
    if (one.options->kind() != ParameterKind::kAutomatic) {
      one.kind = one.options->kind();
    } else if (one.tensor.is_nested() || one.tensor.dim() < 2) {
      one.kind = ParameterKind::kBias;
    } else {
      one.kind = ParameterKind::kHiddenWeights;
      weights.push_back(&one);
    }
  }
  if (weights.empty()) return;
  weights.back()->kind = ParameterKind::kOutputWeights;
  weights.front()->kind = ParameterKind::kInputWeights;
}

// What is asked of a parameter and of its gradient alike.
void CheckTensor(const std::string& name, const torch::Tensor& tensor) {
  if (tensor.is_nested() || tensor.layout() != torch::kStrided) {
    Refuse("{} must be dense: it is {}", name,
           tensor.is_nested() ? "nested" : c10::str(tensor.layout()));
  }
  if (tensor.scalar_type() != torch::kFloat32) {
    Refuse("{} must be float32 (kFloat32): convert the module by to(torch::kFloat32)", name);
  }
  if (tensor.is_meta() || !LiesInItsStorage(tensor)) {
    Refuse("{} has no memory for its values: it is on the device meta, or its storage was freed",
           name);
  }
}

void CheckGradient(const Parameter& parameter) {
  const torch::Tensor& gradient = parameter.tensor.grad();
  if (!gradient.defined()) return;
  const std::string name =
      fmt::format("the gradient ({}) of {}", Describe(gradient), parameter.Name());
  CheckTensor(name, gradient);
  if (gradient.sizes() != parameter.tensor.sizes()) {
    Refuse("{} must be of the parameter's shape: call zero_grad() after a change of the parameter",
           name);
  }
}

void CheckOne(const Parameter& parameter) {
  const torch::Tensor& tensor = parameter.tensor;
  CheckTensor(parameter.Name(), tensor);
  if (tensor.dim() > kMaxAxes) Refuse("{} has more than {} axes", parameter.Name(), kMaxAxes);
  if (tensor.is_inference() && !c10::InferenceMode::is_enabled()) {
    Refuse("{} was made in inference mode and cannot be updated outside: clone() it",
           parameter.Name());
  }
  if (!HasOwnPlaceForEachElement(tensor)) {
    Refuse("{} has several elements in one place of memory (an expanded view?): clone() it",
           parameter.Name());
  }
  CheckGradient(parameter);
}

}  // namespace

std::string Parameter::Name() const {
  return fmt::format("parameter {} ({})", number, Describe(tensor));
}

const LearnedOptimizerOptions& OptionsOf(const torch::optim::OptimizerParamGroup& group) {
  const auto* options = group.has_options()
                            ? dynamic_cast<const LearnedOptimizerOptions*>(&group.options())
                            : nullptr;
  if (options == nullptr) Refuse("a parameter group's options must be LearnedOptimizerOptions");
  CheckOptions(*options);
  return *options;
}

void CheckOptions(const LearnedOptimizerOptions& options) {
  const auto is_size = [](double value) { return std::isfinite(value) && value >= 0; };
  if (!is_size(options.lr()) || !is_size(options.weight_decay()) ||
      !is_size(options.max_grad_norm())) {
    Refuse("lr, weight_decay and max_grad_norm are finite and at least 0; they are {}, {} and {}",
           options.lr(), options.weight_decay(), options.max_grad_norm());
  }
  if (options.kind() < ParameterKind::kAutomatic || options.kind() > ParameterKind::kOther) {
    Refuse("the option kind is none of ParameterKind: {}", static_cast<int>(options.kind()));
  }
}

const ParameterGroups& WithLeavesOnly(const ParameterGroups& groups) {
  ForEachListed(groups, [](size_t, const Parameter&) {});
  return groups;
}

std::vector<Parameter> ListParameters(const ParameterGroups& groups) {
  std::vector<const LearnedOptimizerOptions*> options;
  for (const auto& group : groups) options.push_back(&OptionsOf(group));
  std::vector<Parameter> parameters;
  std::map<const void*, size_t> group_of;  // by TensorImpl
  ForEachListed(groups, [&](size_t group, Parameter parameter) {
    const auto [it, is_first] = group_of.try_emplace(parameter.tensor.unsafeGetTensorImpl(), group);
    if (is_first) {
      parameter.options = options[group];
      parameters.push_back(std::move(parameter));
    } else if (it->second != group) {
      Refuse("{} is in group {} and in group {}: keep it in one", parameter.Name(), it->second,
             group);
    }
  });
  FindAutomaticKinds(parameters);
  return parameters;
}

void CheckTrainable(std::span<const Parameter> parameters) {
  std::vector<torch::Tensor> tensors;
  for (const Parameter& one : parameters) {
    CheckOne(one);
    tensors.push_back(one.tensor);
  }
  const auto overlap = FindOverlap(tensors);
  if (!overlap) return;
  Refuse("{} and {} share memory: list one of them, or clone() the other",
         parameters[overlap->first].Name(), parameters[overlap->second].Name());
}

}  // namespace paceline
