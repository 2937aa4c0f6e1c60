// The training of a learned optimizer as a task: its θ are the parameters, and an inner step's loss
// is the mean meta-loss of `batch` whole trainings, with the gradient that flows back through all
// of their steps. By LibTorch, in float32. (L. Metz et al., "VeLO", 2022, trains on such tasks
// too.)
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/dataset.h"
#include "worker/task/task.h"

namespace paceline {

class OptimizerTraining : public Task {
 public:
  // Errors as MakeTask of the task that is trained on.
  static absl::StatusOr<std::unique_ptr<OptimizerTraining>> Make(
      const v1::OptimizerTraining& config, DataStore& data);

  const std::vector<ParameterTensor>& parameters() const override { return tensors_; }
  void SampleInitial(const RunSeed& seed, std::span<float> parameters) const override;
  // Of a training that diverges there is no gradient: the loss is no number then.
  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) const override;
  float MetaLoss(float loss) const override { return inner_->MetaLoss(loss); }
  float meta_loss_bound() const override { return inner_->meta_loss_bound(); }
  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) const override;
  SplitScore Evaluate(const RunSeed& seed, std::span<const float> parameters, Split split,
                      size_t examples) const override;

  // Of the trainings of one inner step, for tests.
  std::vector<RunSeed> TrainingSeeds(const RunSeed& seed, int64_t step) const;

 private:
  OptimizerTraining(const v1::OptimizerTraining& config, std::unique_ptr<const Task> inner);
  // gradient [parameter] is of the mean of the trainings.
  float Train(std::span<const RunSeed> seeds, std::span<const float> theta,
              std::span<float> gradient) const;

  v1::OptimizerTraining config_;
  v1::Task inner_config_;
  std::unique_ptr<const Task> inner_;
  std::vector<ParameterTensor> tensors_;
};

}  // namespace paceline
