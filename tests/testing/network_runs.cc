#include "tests/testing/network_runs.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cmath>

#include "common/base/aligned_floats.h"
#include "worker/network/fused/fused_network.h"
#include "worker/network/torch/batched.h"
#include "worker/network/torch/run_torch.h"

namespace paceline::testing {
namespace {

std::vector<at::Tensor> Leaves(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> leaves;
  for (const at::Tensor& tensor : tensors) {
    leaves.push_back(tensor.detach().clone().requires_grad_());
  }
  return leaves;
}

std::vector<at::Tensor> GradientsOf(const at::Tensor& loss, const std::vector<at::Tensor>& leaves) {
  std::vector<at::Tensor> gradients =
      torch::autograd::grad({loss}, leaves, {at::ones_like(loss)}, std::nullopt,
                            /*create_graph=*/false, /*allow_unused=*/true);
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (!gradients[i].defined()) gradients[i] = at::zeros_like(leaves[i]);
  }
  return gradients;
}

// [run, shape...]
at::Tensor ArrayOfRuns(const std::vector<NetworkInputs>& inputs, size_t array,
                       const Extents& shape) {
  std::vector<at::Tensor> runs;
  for (const NetworkInputs& run : inputs) {
    const HostArray& host = run.arrays[array];
    if (host.tokens.empty()) {
      runs.push_back(at::from_blob(const_cast<float*>(host.floats.data()), shape, at::kFloat));
    } else {
      runs.push_back(
          at::from_blob(const_cast<int32_t*>(host.tokens.data()), shape, at::kInt).to(at::kLong));
    }
  }
  return at::stack(runs);
}

at::Tensor RowsOf(const std::vector<NetworkInputs>& inputs,
                  std::vector<float> NetworkInputs::*numbers) {
  std::vector<at::Tensor> runs;
  for (const NetworkInputs& run : inputs) {
    const std::vector<float>& own = run.*numbers;
    runs.push_back(at::from_blob(const_cast<float*>(own.data()), {static_cast<int64_t>(own.size())},
                                 at::kFloat));
  }
  return at::stack(runs);
}

}  // namespace

NetworkRun RunOne(const Network& network, const std::vector<at::Tensor>& parameters,
                  const NetworkInputs& inputs) {
  UseOneTorchThread();
  const std::vector<at::Tensor> leaves = Leaves(parameters);
  NetworkRun run;
  run.values = RunPlain(network, leaves, inputs);
  run.gradients = GradientsOf(run.values.loss, leaves);
  return run;
}

NetworkRun RunFused(const Network& network, const std::vector<at::Tensor>& parameters,
                    const NetworkInputs& inputs) {
  const ParameterTensor& last = network.tensors.back();
  std::vector<float> flat(last.offset + last.size), gradient(flat.size());
  for (size_t i = 0; i < parameters.size(); ++i) {
    const at::Tensor tensor = parameters[i].contiguous();
    std::copy_n(tensor.const_data_ptr<float>(), network.tensors[i].size,
                flat.begin() + static_cast<std::ptrdiff_t>(network.tensors[i].offset));
  }
  const FusedNetwork fused(network);
  AlignedFloats scratch(fused.scratch_size());
  std::ranges::fill(scratch.span(), NAN);
  NetworkRun run;
  run.values.loss =
      at::full({}, fused.LossAndGradient(inputs, flat, gradient, scratch.span()), at::kFloat);
  for (const ParameterTensor& tensor : network.tensors) {
    run.gradients.push_back(
        at::from_blob(gradient.data() + tensor.offset, tensor.shape, at::kFloat).clone());
  }
  return run;
}

NetworkRuns RunAll(const Network& network, const std::vector<std::vector<at::Tensor>>& parameters,
                   const std::vector<NetworkInputs>& inputs) {
  UseOneTorchThread();
  std::vector<at::Tensor> together;
  for (size_t tensor = 0; tensor < network.tensors.size(); ++tensor) {
    std::vector<at::Tensor> runs;
    for (const auto& run : parameters) runs.push_back(run[tensor]);
    together.push_back(at::stack(runs));
  }
  const std::vector<at::Tensor> leaves = Leaves(together);
  BatchedInputs batch;
  for (size_t i = 0; i < network.inputs.size(); ++i) {
    batch.arrays.push_back(ArrayOfRuns(inputs, i, network.inputs[i].shape));
  }
  batch.draws = RowsOf(inputs, &NetworkInputs::draws);
  batch.episode = RowsOf(inputs, &NetworkInputs::episode);
  NetworkRuns runs;
  runs.losses = BatchedNetwork(network).Losses(leaves, batch);
  runs.gradients = GradientsOf(runs.losses, leaves);
  return runs;
}

}  // namespace paceline::testing
