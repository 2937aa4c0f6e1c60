#include "worker/task/augment/augmented_task.h"

#include <utility>

#include "worker/task/augment/arithmetic.h"

namespace paceline {

AugmentedTask::AugmentedTask(v1::Augmentations drawn, std::unique_ptr<const Task> base)
    : drawn_(std::move(drawn)), base_(std::move(base)) {}

void AugmentedTask::SampleInitial(const RunSeed& seed, std::span<float> parameters) const {
  base_->SampleInitial(seed, parameters);
  if (drawn_.has_initial_scale()) {
    MultiplyBy(static_cast<float>(drawn_.initial_scale().factor(0)), parameters);
  }
  if (drawn_.has_reparametrize()) {
    DivideBy(ScalesOf(drawn_.reparametrize(), base_->parameters(), seed).span(), parameters);
  }
  Store(parameters);
}

float AugmentedTask::LossAndGradient(const RunSeed& seed, int64_t step,
                                     std::span<const float> parameters,
                                     std::span<float> gradient) const {
  const auto base = [&](std::span<const float> weights, std::span<float> slope) {
    return base_->LossAndGradient(seed, step, weights, slope);
  };
  return NewAugmenter().LossAndGradient(seed, step, base, parameters, gradient);
}

BatchScore AugmentedTask::Score(const RunSeed& seed, const FreshBatch& batch,
                                std::span<const float> parameters) const {
  Augmenter augmenter = NewAugmenter();
  return base_->Score(seed, batch, augmenter.Weights(seed, parameters));
}

SplitScore AugmentedTask::Evaluate(const RunSeed& seed, std::span<const float> parameters,
                                   Split split, size_t examples) const {
  Augmenter augmenter = NewAugmenter();
  return base_->Evaluate(seed, augmenter.Weights(seed, parameters), split, examples);
}

size_t AugmentedTask::delay_steps() const {
  return drawn_.has_delayed_gradient() ? drawn_.delayed_gradient().steps(0) : 0;
}

float AugmentedTask::loss_factor() const {
  return drawn_.has_loss_scale() ? static_cast<float>(drawn_.loss_scale().factor(0)) : 1;
}

void AugmentedTask::Store(std::span<float> parameters) const {
  if (!drawn_.has_storage() || drawn_.storage().of() == v1::STORED_GRADIENTS) return;
  RoundAll(drawn_.storage().type(), parameters);
}

}  // namespace paceline
