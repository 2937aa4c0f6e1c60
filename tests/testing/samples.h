// The catalogue of sample optimizers: every suite that runs optimizers runs all of these. Each
// family of common/lopt/families.h has at least one here (tests/worker/optim/families_test.cc).
#pragma once

#include <vector>

#include "tests/testing/sample_optimizers.h"
#include "tests/testing/sample_recurrent.h"

namespace paceline {

inline std::vector<v1::LearnedOptimizer> Samples() {
  std::vector<v1::LearnedOptimizer> samples = {SgdConfig(),         SgdmConfig(),
                                               AdamConfig(),        SignMomentumConfig(),
                                               MlpLoptConfig(8, 2), AdafacConfig(4, 2)};
  for (const auto& config : PerParameterConfigs()) samples.push_back(config);
  for (const auto& config : RecurrentConfigs()) samples.push_back(config);
  return samples;
}

}  // namespace paceline
