// The learned optimizers on R inner runs together, every run under its own θ, written from the
// formulas of the papers in plain LibTorch operations with the leading axis [run]. They share no
// arithmetic with worker/optim, so that each checks the other.
//
// They are differentiable: nothing that autograd may need is changed in place, so the gradient of
// anything computed from the parameters after any number of updates flows back to θ. They run on
// whatever type the options name: float32 as the fast forms do, float64 as an oracle.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "paceline/v1/optimizer.pb.h"
#include "worker/reference/run_states.h"
#include "worker/task/task.h"

namespace paceline {

// What one update of all runs is told. Tensors are of the optimizer's type and device; what an
// optimizer does not look at may be left undefined or empty.
struct UpdateInputs {
  at::Tensor iterations{};              // [run]: the updates that each run has had before this one
  at::Tensor num_steps{};               // [run]: length of each run's episode
  at::Tensor losses{};                  // [run]: at the parameters before the update
  bool is_valid = false;                // losses are validation losses; no parameter is to move
  std::vector<at::Tensor> gradients{};  // [run, shape...] for every tensor
  // Curvature at the parameters before the update, shaped as the gradients.
  std::vector<at::Tensor> hessian_diagonal{};
  std::vector<at::Tensor> gauss_newton_diagonal{};
};

// Holds the runs' states. Not thread-safe. Throws what Torch throws;
// worker/network/torch/run_torch.h is where that is caught.
class ReferenceOptimizer {
 public:
  virtual ~ReferenceOptimizer() = default;

  // θ of the updates to come, [run, P].
  void SetTheta(const at::Tensor& thetas) { ApplyTheta(thetas); }
  // One update of every run; `parameters`, one [run, shape...] for every tensor, are replaced.
  void Update(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) {
    states_.Begin();
    ApplyUpdate(inputs, parameters);
  }
  // The run begins anew with its next update, under the θ that is then in force.
  void Reset(int64_t run) { states_.Reset(run); }
  void Copy(int64_t from, int64_t to) { states_.Copy(from, to); }
  // Cuts the gradient's way into earlier updates: truncated back-propagation. θ is to be set again.
  void Detach() { states_.Detach(); }

 protected:
  ReferenceOptimizer(int64_t runs, const at::TensorOptions& options) : states_(runs, options) {}
  RunStates& states() { return states_; }

 private:
  virtual void ApplyTheta(const at::Tensor& thetas) = 0;
  virtual void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) = 0;

  RunStates states_;
};

// For parameters of these shapes (offsets and names are not used); options: type and device.
// `config` is valid (common/config); null if its kind is no optimizer.
std::unique_ptr<ReferenceOptimizer> MakeReferenceOptimizer(
    const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors, int64_t runs,
    const at::TensorOptions& options);

}  // namespace paceline
