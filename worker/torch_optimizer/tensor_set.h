// One worker/optim optimizer with the state that it keeps for some tensors.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/base/aligned_floats.h"
#include "worker/optim/optimizer.h"

namespace paceline {

// Whether tensors are updated each by itself; then a set of one tensor does what a set of all does.
// If not, one sees all of them, or the loss's history, which they share.
bool UpdatesTensorsAlone(const v1::LearnedOptimizer& config);
bool ReadsLoss(const v1::LearnedOptimizer& config);
bool ReadsNumSteps(const v1::LearnedOptimizer& config);

class TensorSet {
 public:
  struct Seen {
    std::vector<int64_t> shape;  // as the optimizer is to see it
    TensorKind kind = TensorKind::kOther;
  };

  // theta: [P]
  TensorSet(const v1::LearnedOptimizer& config, const std::vector<Seen>& tensors,
            std::span<const float> theta);

  // Flat, tensor after tensor: fill in before Update, and read after.
  std::span<float> gradient() { return gradient_.span(); }
  std::span<float> parameters() { return parameters_.span(); }
  std::span<float> Tensor(std::span<float> flat, size_t number) const;

  void Update(float loss, int64_t num_steps);

  // What a checkpoint of the training needs.
  int64_t iteration() const { return iteration_; }
  std::span<const float> state() const { return state_.span(); }
  // False, and nothing is changed, if that is not the size of this set's state.
  bool Restore(int64_t iteration, std::span<const float> state);

 private:
  std::vector<ParameterTensor> tensors_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<PreparedTheta> prepared_;
  int64_t iteration_ = 0;  // updates done
  AlignedFloats gradient_, parameters_, state_, scratch_;
};

}  // namespace paceline
