// The kinds of TorchOptim, one file each.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "tests/testing/torch/torch_optim.h"

namespace paceline {

struct TorchOptimSetup {
  const v1::LearnedOptimizer& config;
  const std::vector<ParameterTensor>& tensors;
  int64_t runs;
  at::TensorOptions options;  // float32 on the device of the runs
};

// [run, shape...]
std::vector<int64_t> WithRuns(int64_t runs, const std::vector<int64_t>& shape);
// θ's elements of one leaf: [run, shape...], a view.
at::Tensor LeafOf(const at::Tensor& thetas, const ThetaLayout& layout, const std::string& path);

// torch_sgd.cc
std::unique_ptr<TorchOptim> MakeTorchSgd(const TorchOptimSetup& setup);
std::unique_ptr<TorchOptim> MakeTorchSgdm(const TorchOptimSetup& setup);
std::unique_ptr<TorchOptim> MakeTorchAdam(const TorchOptimSetup& setup);
// torch_mlp_lopt.cc
std::unique_ptr<TorchOptim> MakeTorchMlpLopt(const TorchOptimSetup& setup);
// torch_adafac_mlp.cc
std::unique_ptr<TorchOptim> MakeTorchAdafacMlp(const TorchOptimSetup& setup);

}  // namespace paceline
