// What a learned optimizer's meta-parameters θ are: named leaves, one after the other in one flat
// vector. No arithmetic of the optimizer itself (that is worker/optim): the coordinator needs only
// this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "paceline/v1/optimizer.pb.h"

namespace paceline {

struct ThetaLeaf {
  // google/learned_optimization's own names, joined by '/': "nn/~/w0", "momentum_decays".
  std::string path;
  std::vector<int64_t> shape;  // dense weights are [in, out]; a scalar has shape {}
  size_t offset = 0;           // of its first element in θ
  size_t size = 0;
  // Initial values: normal truncated at ±2 standard deviations, of this standard deviation before
  // truncation (haiku's Linear: 1/√fan_in), or, where it is 0, this constant.
  double initial_stddev = 0;
  double initial_value = 0;
  // Instead of both, if not empty: each element's initial value.
  std::vector<double> initial_values = {};
};

struct ThetaLayout {
  std::string optimizer;  // the config's key: "mlp_lopt"
  std::vector<ThetaLeaf> leaves;
  size_t size = 0;  // P

  const ThetaLeaf& leaf(const std::string& path) const;  // CHECKs that it is there
};

// `config` is valid (common/config).
ThetaLayout LayoutOf(const v1::LearnedOptimizer& config);
// θ_0 of a job with this run key; numbers from Purpose::kThetaInit.
std::vector<float> InitialTheta(const ThetaLayout& layout, uint64_t key);

}  // namespace paceline
