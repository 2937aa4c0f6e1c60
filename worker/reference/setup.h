// What the families of ReferenceOptimizer are made from, and what they share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "worker/reference/optimizer.h"

namespace paceline {

struct ReferenceSetup {
  const v1::LearnedOptimizer& config;
  const std::vector<ParameterTensor>& tensors;
  int64_t runs;
  at::TensorOptions options;  // type and device of all that is computed
};

// [run, shape...]
std::vector<int64_t> WithRuns(int64_t runs, const std::vector<int64_t>& shape);
// A number for each run, [run], beside a tensor [run, shape...].
at::Tensor Beside(const at::Tensor& per_run, const at::Tensor& tensor);
// θ's elements of one leaf: [run, shape...].
at::Tensor LeafOf(const at::Tensor& thetas, const ThetaLayout& layout, const std::string& path);

// Each family's is in worker/optim/<folder>/reference.cc.
template <class Family>
std::unique_ptr<ReferenceOptimizer> MakeReference(const ReferenceSetup& setup);

}  // namespace paceline
