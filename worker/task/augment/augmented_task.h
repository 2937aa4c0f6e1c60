// A task that something is done to (augment.proto).
#pragma once

#include <memory>
#include <span>

#include "paceline/v1/augment.pb.h"
#include "worker/task/augment/augmenter.h"
#include "worker/task/task.h"

namespace paceline {

// Its parameters are those that an optimizer has, everywhere: initial ones, those of losses,
// scores and evaluations. If it is reparametrized, the base is given s times them.
class AugmentedTask : public Task {
 public:
  // drawn: IsDrawn, and not empty. base: made from BaseTaskOf, its batches already changed.
  AugmentedTask(v1::Augmentations drawn, std::unique_ptr<const Task> base);

  const std::vector<ParameterTensor>& parameters() const override { return base_->parameters(); }
  void SampleInitial(const RunSeed& seed, std::span<float> parameters) const override;
  // As Augmenter::LossAndGradient: the loss as the outer estimator sees it, the gradient as the
  // optimizer does. The delay is up to the runs.
  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) const override;
  float MetaLoss(float loss) const override { return base_->MetaLoss(loss); }
  float meta_loss_bound() const override { return base_->meta_loss_bound(); }
  bool has_classes() const override { return base_->has_classes(); }
  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) const override;
  SplitScore Evaluate(const RunSeed& seed, std::span<const float> parameters, Split split,
                      size_t examples) const override;
  const AugmentedTask* augmented() const override { return this; }

  // ---- for its runs ----
  const Task& base() const { return *base_; }
  Augmenter NewAugmenter() const { return {drawn_, base_->parameters()}; }
  // Inner steps that the parameters of LossAndGradient are behind.
  size_t delay_steps() const;
  // Of the loss that the optimizer sees.
  float loss_factor() const;
  // What is left of parameters between two inner steps.
  void Store(std::span<float> parameters) const;

 private:
  const v1::Augmentations drawn_;
  const std::unique_ptr<const Task> base_;
};

}  // namespace paceline
