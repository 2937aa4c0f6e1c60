// The reference numbers of google/learned_optimization: safetensors files that describe themselves,
// in the folder $PACELINE_GOLDEN_DIR, else ../shared/golden beside the checkout.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
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

// A file's options, which must all be read for its numbers to be those of the file.
class GoldenOptions {
 public:
  explicit GoldenOptions(const nlohmann::json& config) : config_(config) {}

  // As those of JSON.
  const nlohmann::json& at(const std::string& key) const {
    read_.insert(key);
    return config_.at(key);
  }
  template <class T>
  T value(const std::string& key, const T& otherwise) const {
    read_.insert(key);
    return config_.value(key, otherwise);
  }
  std::string value(const std::string& key, const char* otherwise) const {
    return value<std::string>(key, otherwise);
  }
  // "options nobody has read here: a, b"; empty if there are none. What describes the file rather
  // than what it is a file of does not count.
  std::string Unread() const;

 private:
  const nlohmann::json& config_;
  mutable std::set<std::string> read_;
};

// Checks one file, and returns nothing; or says why it cannot be checked.
using GoldenCheck = std::function<std::string(const GoldenFile&)>;
// The whole of a test: checks every file of a kind in the folder, then lists those that could not
// be, with the reason, and counts them. Skipped, with words, where there is no folder or no file
// that could be checked.
void CheckGoldenFiles(const std::string& kind, const GoldenCheck& check);

}  // namespace paceline::testing

// First statement of a test that needs the golden folder.
#define PACELINE_SKIP_WITHOUT_GOLDEN()                                                           \
  if (!::paceline::testing::HaveGolden()) {                                                      \
    GTEST_SKIP() << "*** NOT CHECKED: no golden data at " << ::paceline::testing::GoldenFolder() \
                 << "; set PACELINE_GOLDEN_DIR to the folder that has it ***";                   \
  }                                                                                              \
  static_assert(true)
