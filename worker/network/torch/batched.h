// A network for many runs together in LibTorch operations, on any device: the torch tier.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/network/network.h"

namespace paceline {

// What the runs are given; every tensor's first axis is the run.
struct BatchedInputs {
  std::vector<at::Tensor> arrays;  // [input]: [run, shape...], tokens and labels as int64
  at::Tensor draws;                // [run, draw float]
  at::Tensor episode;              // [run, episode float]
};

// Thread-safe.
class BatchedNetwork {
 public:
  explicit BatchedNetwork(Network network) : network_(std::move(network)) {}

  // parameters: [tensor], [run, shape...]. Losses [run], in the parameters' type; a run's loss
  // depends on its own row of everything alone. On a GPU no host value depends on what is in the
  // tensors and, after the first call, nothing is sent there, so that a CUDA graph can be made of
  // it. Throws what Torch throws.
  at::Tensor Losses(const std::vector<at::Tensor>& parameters, const BatchedInputs& inputs) const;

 private:
  // Of each node that is one, in the form and place of `like`.
  std::vector<at::Tensor> Constants(const at::Tensor& like) const;

  const Network network_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::vector<at::Tensor>> constants_;  // guarded by mutex_
};

}  // namespace paceline
