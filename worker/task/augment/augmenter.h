// From a task's loss and gradient to those that an optimizer sees (augment.proto), but for the
// delay, which is a matter of its runs (delay_line.h).
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "common/base/aligned_floats.h"
#include "common/lopt/tensor.h"
#include "paceline/v1/augment.pb.h"
#include "worker/task/task.h"

namespace paceline {

// The scales s of a reparametrized run, [parameter]; empty without.
AlignedFloats ScalesOf(const v1::Reparametrize& drawn, const std::vector<ParameterTensor>& tensors,
                       const RunSeed& seed);

// Not thread-safe: it holds scratch, and the scales that it drew last.
class Augmenter {
 public:
  // The task's own loss and gradient at its own parameters, on the batch of the step at hand.
  using TaskLoss =
      std::function<float(std::span<const float> parameters, std::span<float> gradient)>;

  // drawn: IsDrawn (common/task/augment.h). tensors: the task's, which outlive this.
  Augmenter(const v1::Augmentations& drawn, const std::vector<ParameterTensor>& tensors);

  // The task's parameters, of the optimizer's: s times them. They stand until the next call.
  std::span<const float> Weights(const RunSeed& seed, std::span<const float> parameters);

  // The task's loss at `parameters`, which are the optimizer's, and the gradient that it sees,
  // [parameter]; that one times the factor of loss_scale, the loss not.
  float LossAndGradient(const RunSeed& seed, int64_t step, const TaskLoss& task,
                        std::span<const float> parameters, std::span<float> gradient);

 private:
  float Reparametrized(const RunSeed& seed, const TaskLoss& task, std::span<const float> parameters,
                       std::span<float> gradient);
  void EsGradient(const RunSeed& seed, int64_t step, const TaskLoss& task,
                  std::span<const float> parameters, std::span<float> gradient);
  void SubsampleDirections(const RunSeed& seed, int64_t step, std::span<float> gradient);

  const v1::Augmentations drawn_;
  const std::vector<ParameterTensor>& tensors_;
  AlignedFloats scales_, weights_;           // of a reparametrized task
  RunSeed scales_seed_;                      // of the scales above, unless they are empty
  AlignedFloats random_, moved_, of_moved_;  // [parameter] where they are needed
};

}  // namespace paceline
