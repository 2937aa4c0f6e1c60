// What PyLO's folders of a learned optimizer hold: torch modules (their constructors' arguments and
// tensors) and the arguments of PyLO's optimizer class.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/checkpoint/pylo_tensor.h"
#include "paceline/v1/optimizer.pb.h"

namespace paceline {

struct PyloModule {
  std::string folder;     // below that of the optimizer; "" is that itself
  nlohmann::json config;  // config.json
  std::vector<PyloTensor> tensors;
  // Tensors that PyLO overwrites before it reads them; written as zeros, not needed on reading.
  std::map<std::string, std::vector<int64_t>> scratch = {};
};

struct PyloForm {
  std::string optimizer;  // PyLO's class: "AdafacLO_naive"
  std::vector<PyloModule> modules;
  // pylo_kwargs.json, without the leaves of θ below.
  nlohmann::json kwargs;
  // Leaves of θ, all vectors, that PyLO takes as arguments of the same name.
  std::vector<std::string> kwarg_leaves;
  // What is added to those leaves' elements to make the arguments of them; none: nothing.
  std::map<std::string, std::vector<double>> kwarg_shifts = {};
};

// InvalidArgument: PyLO has no such optimizer, or not with these flags; says which it has.
absl::StatusOr<PyloForm> PyloFormOf(const v1::LearnedOptimizer& optimizer);

// What a folder's own config.json and pylo_kwargs.json say (`modules` by folder, as in
// PyloModule). InvalidArgument says what is missing.
absl::StatusOr<v1::LearnedOptimizer> OptimizerOfPylo(
    const std::map<std::string, nlohmann::json>& modules, const nlohmann::json& kwargs);

}  // namespace paceline
