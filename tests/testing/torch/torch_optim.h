// The learned optimizers on R inner runs together, every run under its own θ: batched tensor
// operations with the leading axis [run]. Written from the formulas alone and sharing no arithmetic
// with worker/optim, so that each checks the other.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "paceline/v1/config.pb.h"
#include "worker/task/task.h"

namespace paceline {

// Holds the runs' accumulators. Not thread-safe. Throws what Torch throws;
// worker/engine/torch/torch_runs.cc is where that is caught.
class TorchOptim {
 public:
  virtual ~TorchOptim() = default;

  // θ of the updates to come, [run, P].
  void SetTheta(const at::Tensor& thetas);
  // One update of every run, in place. iterations [run] (float): the updates that each run has had
  // before this one. gradients and parameters: one [run, shape...] for every tensor.
  void Update(const at::Tensor& iterations, const std::vector<at::Tensor>& gradients,
              const std::vector<at::Tensor>& parameters);
  // The run's accumulators as before its first update.
  void Reset(int64_t run);
  void Copy(int64_t from, int64_t to);

 protected:
  explicit TorchOptim(const at::TensorOptions& options) : options_(options) {}
  // A zero tensor that Reset and Copy know of; its leading axis is [run].
  at::Tensor NewState(at::IntArrayRef shape);

 private:
  virtual void ApplyTheta(const at::Tensor& thetas) = 0;
  virtual void ApplyUpdate(const at::Tensor& iterations, const std::vector<at::Tensor>& gradients,
                           const std::vector<at::Tensor>& parameters) = 0;

  at::TensorOptions options_;
  std::vector<at::Tensor> state_;
};

// For parameters of these shapes (offsets and names are not used). `config` is valid.
std::unique_ptr<TorchOptim> MakeTorchOptim(const v1::LearnedOptimizer& config,
                                           const std::vector<ParameterTensor>& tensors,
                                           int64_t runs, at::Device device);

}  // namespace paceline
