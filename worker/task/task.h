// What is trained inside an episode: initial weights, training loss and gradient, and the loss that
// the outer estimator sees. Plain loops: this is the oracle that the fast tiers are tested against.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/lopt/tensor.h"
#include "common/noise/streams.h"
#include "paceline/v1/task.pb.h"
#include "worker/data/dataset.h"

namespace paceline {

class AugmentedTask;
class ImageMlp;
class NetworkTask;
class PolicyGradientTask;
class OwnTask;
class System;
struct TorchProgram;

// Names one inner run's randomness. Both signs of a particle have the same.
struct RunSeed {
  uint64_t key = 0;  // run key
  uint32_t particle = 0;
  uint32_t episode = 0;  // outer step at which the particle's episode began

  bool operator==(const RunSeed&) const = default;
};

enum class Split { kTrain, kInnerValid, kOuterValid, kTest };

// A batch that no inner step trains on, of the task's batch size: batch `number` of a run's stream
// for that purpose (kHeldOutBatch, kFinalBatch).
struct FreshBatch {
  Split split = Split::kOuterValid;
  Purpose purpose = Purpose::kHeldOutBatch;
  int64_t number = 0;

  bool operator==(const FreshBatch&) const = default;
};

struct BatchScore {
  float loss = 0;   // mean over the batch; raw
  float error = 0;  // 1 − accuracy; of a task that has no classes, 0
};
// The same of a split.
struct SplitScore {
  double loss = 0, error = 0;
};

// Immutable after construction and thread-safe.
class Task {
 public:
  virtual ~Task() = default;
  // Tensors in the order of the flat parameter vector.
  virtual const std::vector<ParameterTensor>& parameters() const = 0;
  size_t parameter_count() const;

  virtual void SampleInitial(const RunSeed& seed, std::span<float> parameters) const = 0;
  // Loss on the training batch of inner step `step` of the run, and its gradient [parameter].
  virtual float LossAndGradient(const RunSeed& seed, int64_t step,
                                std::span<const float> parameters,
                                std::span<float> gradient) const = 0;
  // H·v and G·v, each [parameter], or empty if it is not wanted, of the loss that LossAndGradient
  // has for the same arguments: H is the Hessian, G the Gauss–Newton matrix (H itself for a task
  // without a network). Only if has_curvature().
  virtual bool has_curvature() const { return false; }
  virtual void CurvatureProducts(const RunSeed& seed, int64_t step,
                                 std::span<const float> parameters, std::span<const float> v,
                                 std::span<float> hessian_product,
                                 std::span<float> gauss_newton_product) const;
  // The task's normaliser: bounded and finite for any input, NaN and ±inf included.
  virtual float MetaLoss(float loss) const = 0;
  // What a diverged particle yields per step: the largest value of MetaLoss.
  virtual float meta_loss_bound() const = 0;
  // Is there an accuracy?
  virtual bool has_classes() const { return false; }
  // On a fresh batch; tasks without data return their loss.
  virtual BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                           std::span<const float> parameters) const = 0;
  // On the first `examples` of a split (0: all), for evaluation; tasks without data return their
  // loss.
  virtual SplitScore Evaluate(const RunSeed& seed, std::span<const float> parameters, Split split,
                              size_t examples) const = 0;

  // ---- what else runs it; null where that does not ----
  // LibTorch, with the loss that worker/task/torch makes of the config.
  virtual const TorchProgram* torch_program() const { return nullptr; }
  // The kernels of worker/kernels, which know MLPs on images.
  virtual const ImageMlp* fused_program() const { return nullptr; }
  // SIMD (worker/network/fused), as any task whose loss is a Network.
  virtual const NetworkTask* network_task() const { return nullptr; }
  // Episodes of an environment, and SIMD for what is learned from them.
  virtual const PolicyGradientTask* policy_gradient_task() const { return nullptr; }
  // Steps of a dynamical system instead of losses and gradients.
  virtual const System* system() const { return nullptr; }
  // A plug-in's that computes many runs together, by LibTorch.
  virtual const OwnTask* batched_own_task() const { return nullptr; }
  // Runs that keep more than parameters and change what an optimizer sees (worker/task/augment).
  virtual const AugmentedTask* augmented() const { return nullptr; }
};

}  // namespace paceline
