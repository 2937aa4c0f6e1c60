// The catalogue of sample optimizers: every suite that runs optimizers runs all of these, or where
// a run takes long the first of each family. Each family of common/lopt/families.h has at least one
// here (tests/worker/optim/families_test.cc).
#pragma once

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "tests/testing/sample_optimizers.h"
#include "tests/testing/sample_recurrent.h"

namespace paceline {

struct NamedOptimizer {
  std::string name;
  v1::LearnedOptimizer config;
};
inline std::ostream& operator<<(std::ostream& out, const NamedOptimizer& optimizer) {
  return out << optimizer.name;
}

inline std::vector<v1::LearnedOptimizer> Samples() {
  std::vector<v1::LearnedOptimizer> samples = PerParameterConfigs();
  for (const auto& config : RecurrentConfigs()) samples.push_back(config);
  return samples;
}

// The first of each family, under its name in configs.
inline std::vector<NamedOptimizer> FamilySamples() {
  const auto* kinds = v1::LearnedOptimizer::descriptor()->FindOneofByName("kind");
  std::vector<NamedOptimizer> samples;
  for (const auto& config : Samples()) {
    const std::string& name =
        config.GetReflection()->GetOneofFieldDescriptor(config, kinds)->name();
    const auto same = [&](const NamedOptimizer& sample) { return sample.name == name; };
    if (std::ranges::none_of(samples, same)) samples.push_back({name, config});
  }
  return samples;
}

inline v1::LearnedOptimizer FamilySample(const std::string& name) {
  for (const auto& sample : FamilySamples()) {
    if (sample.name == name) return sample.config;
  }
  return {};
}

}  // namespace paceline
