#include "tests/testing/torch/torch_optim.h"

#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include "tests/testing/torch/torch_optim_kinds.h"

namespace paceline {

void TorchOptim::SetTheta(const at::Tensor& thetas) {
  const c10::InferenceMode no_autograd;
  ApplyTheta(thetas);
}

void TorchOptim::Update(const at::Tensor& iterations, const std::vector<at::Tensor>& gradients,
                        const std::vector<at::Tensor>& parameters) {
  const c10::InferenceMode no_autograd;
  ApplyUpdate(iterations, gradients, parameters);
}

void TorchOptim::Reset(int64_t run) {
  const c10::InferenceMode no_autograd;
  for (const at::Tensor& state : state_) state.select(0, run).zero_();
}

void TorchOptim::Copy(int64_t from, int64_t to) {
  const c10::InferenceMode no_autograd;
  for (const at::Tensor& state : state_) state.select(0, to).copy_(state.select(0, from));
}

at::Tensor TorchOptim::NewState(at::IntArrayRef shape) {
  const c10::InferenceMode no_autograd;
  return state_.emplace_back(at::zeros(shape, options_));
}

std::vector<int64_t> WithRuns(int64_t runs, const std::vector<int64_t>& shape) {
  std::vector<int64_t> result = {runs};
  result.insert(result.end(), shape.begin(), shape.end());
  return result;
}

at::Tensor LeafOf(const at::Tensor& thetas, const ThetaLayout& layout, const std::string& path) {
  const ThetaLeaf& leaf = layout.leaf(path);
  return thetas.narrow(1, static_cast<int64_t>(leaf.offset), static_cast<int64_t>(leaf.size))
      .reshape(WithRuns(thetas.size(0), leaf.shape));
}

std::unique_ptr<TorchOptim> MakeTorchOptim(const v1::LearnedOptimizer& config,
                                           const std::vector<ParameterTensor>& tensors,
                                           int64_t runs, at::Device device) {
  const TorchOptimSetup setup{config, tensors, runs,
                              at::TensorOptions().dtype(at::kFloat).device(device)};
  switch (config.kind_case()) {
    case v1::LearnedOptimizer::kLearnableSgd:
      return MakeTorchSgd(setup);
    case v1::LearnedOptimizer::kLearnableSgdm:
      return MakeTorchSgdm(setup);
    case v1::LearnedOptimizer::kLearnableAdam:
      return MakeTorchAdam(setup);
    case v1::LearnedOptimizer::kMlpLopt:
      return MakeTorchMlpLopt(setup);
    case v1::LearnedOptimizer::kAdafacMlp:
      return MakeTorchAdafacMlp(setup);
    case v1::LearnedOptimizer::KIND_NOT_SET:
      break;
  }
  return nullptr;
}

}  // namespace paceline
