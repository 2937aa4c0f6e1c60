// A learned optimizer applied to one inner run's parameters.
//
// The arithmetic (features, per-parameter network, update) is written once, over a lane type, in
// worker/optim/*/kernel.h; Scalar is the reference, Pack the SIMD form, and both give the same
// bits.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/lopt/tensor.h"
#include "paceline/v1/optimizer.pb.h"
#include "worker/optim/inner_step.h"

namespace paceline {

// θ in the form that Update wants: decays and learning rates evaluated, weights laid out and
// padded. Made once per window and sign.
class PreparedTheta {
 public:
  virtual ~PreparedTheta() = default;
};

// One optimizer for one list of tensors. Immutable and thread-safe; the state is the caller's.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // Floats of state per run (accumulators of all tensors, in an order of the optimizer's own).
  virtual size_t state_size() const = 0;
  // Floats of a PreparedTheta.
  virtual size_t prepared_size() const = 0;
  // Floats of scratch that Update may use.
  virtual size_t scratch_size() const = 0;
  // State before the first update; `prepared` because some optimizers keep initial state in θ.
  virtual void InitState(const PreparedTheta& prepared, std::span<float> state) const = 0;
  virtual std::unique_ptr<PreparedTheta> Prepare(std::span<const float> theta) const = 0;
  // One inner step. Parameters and gradients are flat, in the order of the tensors given to
  // MakeOptimizer. Fastest where gradient, parameters and state begin at multiples of 64 bytes.
  virtual void Update(const PreparedTheta& prepared, const InnerStep& step,
                      std::span<float> parameters, std::span<float> state,
                      std::span<float> scratch) const = 0;
  // Replaces trained parameters by those to use once training is over. Most optimizers have no
  // others.
  virtual void Finish(std::span<const float> /*state*/, std::span<float> /*parameters*/) const {}
};

enum class Arithmetic { kScalar, kSimd };

// `config` is valid (common/config).
std::unique_ptr<Optimizer> MakeOptimizer(const v1::LearnedOptimizer& config,
                                         const std::vector<ParameterTensor>& tensors,
                                         Arithmetic arithmetic);

}  // namespace paceline
