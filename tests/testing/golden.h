// The reference numbers of google/learned_optimization: safetensors files that describe themselves,
// in the folder $PACELINE_GOLDEN_DIR, else ../shared/golden beside the checkout.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/safetensors/safetensors.h"

namespace paceline::testing {

struct GoldenFile {
  std::string name;       // file name without folder and suffix: "traj_learnable_sgd"
  std::string kind;       // metadata "kind": "optimizer_trajectory"
  nlohmann::json config;  // metadata "config"
  std::map<std::string, Tensor> tensors;

  bool has(const std::string& tensor) const { return tensors.contains(tensor); }
  // A test that asks for a tensor that is not there is stopped with the file's and the tensor's
  // name.
  const Tensor& at(const std::string& tensor) const;
  // Tensor names that begin with `prefix`, without it, sorted.
  std::vector<std::string> NamesUnder(const std::string& prefix) const;
};

std::string GoldenFolder();
bool HaveGolden();
// Paths of the folder's safetensors files of that kind ("optimizer_trajectory"), whatever their
// names, sorted; and of those that cannot be read, so that whoever loads them says why.
std::vector<std::string> GoldenPaths(const std::string& kind);
absl::StatusOr<GoldenFile> LoadGolden(const std::string& path);

}  // namespace paceline::testing

// Last statement of a test that has gone through all files of a kind: says it if that was none.
#define PACELINE_SKIP_IF_NONE_WAS_GOLDEN(checked, kind)                               \
  if ((checked) == 0) {                                                               \
    GTEST_SKIP() << "*** NOT CHECKED: no supported file of kind " << (kind) << " in " \
                 << ::paceline::testing::GoldenFolder() << " ***";                    \
  }                                                                                   \
  static_assert(true)
// First statement of a test that needs the golden folder.
#define PACELINE_SKIP_WITHOUT_GOLDEN()                                                           \
  if (!::paceline::testing::HaveGolden()) {                                                      \
    GTEST_SKIP() << "*** NOT CHECKED: no golden data at " << ::paceline::testing::GoldenFolder() \
                 << "; set PACELINE_GOLDEN_DIR to the folder that has it ***";                   \
  }                                                                                              \
  static_assert(true)
