#include "worker/engine/objective.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

Split SplitOf(v1::DataSplit split) {
  switch (split) {
    case v1::DATA_SPLIT_INNER_VALID:
      return Split::kInnerValid;
    case v1::DATA_SPLIT_OUTER_VALID:
      return Split::kOuterValid;
    case v1::DATA_SPLIT_TRAIN:
    case v1::DATA_SPLIT_UNSPECIFIED:
    case v1::DataSplit_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::DataSplit_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return Split::kTrain;
}

ObjectivePlan PlanValue(const v1::Objective& objective) {
  using Value = ObjectivePlan::Value;
  switch (objective.kind_case()) {
    case v1::Objective::kHeldOutLoss:
      return {.value = Value::kScoreLoss,
              .split = SplitOf(objective.held_out_loss().split()),
              .name = "held_out_loss"};
    case v1::Objective::kFinalLoss: {
      const Split split = SplitOf(objective.final_loss().split());
      return {.value = split == Split::kTrain ? Value::kTrainingLoss : Value::kScoreLoss,
              .take = ObjectivePlan::Take::kLast,
              .split = split,
              .name = "final_loss"};
    }
    case v1::Objective::kAccuracy:
      return {.value = Value::kScoreError,
              .split = SplitOf(objective.accuracy().split()),
              .name = "accuracy"};
    case v1::Objective::kStepsToTarget:
      return {.value = Value::kUntilTarget,
              .target = objective.steps_to_target().target(),
              .decay = objective.steps_to_target().decay(),
              .name = "steps_to_target"};
    case v1::Objective::kTrainingLoss:
    case v1::Objective::KIND_NOT_SET:
      break;
  }
  return {.name = "training_loss"};
}

}  // namespace

ObjectivePlan PlanObjective(const v1::JobConfig& config) {
  using Value = ObjectivePlan::Value;
  using Take = ObjectivePlan::Take;
  ObjectivePlan plan = PlanValue(config.objective());
  const v1::FullEs& full_es = config.estimator().full_es();
  switch (full_es.loss()) {
    case v1::EPISODE_LOSS_MINIMUM:
      plan.take = Take::kMinimum;
      break;
    case v1::EPISODE_LOSS_LAST:
      plan.take = Take::kLast;
      break;
    case v1::EPISODE_LOSS_RECOMPUTED:
      plan.take = Take::kFinal;
      plan.value = plan.value == Value::kScoreError ? Value::kScoreError : Value::kScoreLoss;
      plan.split = SplitOf(full_es.recompute_split());
      plan.samples =
          full_es.has_recompute_samples() ? static_cast<int>(full_es.recompute_samples()) : 50;
      break;
    case v1::EPISODE_LOSS_AVERAGE:
    case v1::EPISODE_LOSS_UNSPECIFIED:
    case v1::EpisodeLoss_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::EpisodeLoss_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return plan;
}

absl::Status CheckObjective(const ObjectivePlan& plan, const Task& task, bool on_gpu) {
  if (plan.value == ObjectivePlan::Value::kScoreError && !task.has_classes()) {
    return absl::InvalidArgumentError(
        absl::StrCat("objective ", plan.name, " is not to be had of a task without classes"));
  }
  if (!on_gpu || !plan.scored_every_step()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("objective ", plan.name,
                   " is measured after every inner step, which no kernel does on a GPU: give "
                   "--device cpu, or another objective"));
}

double LargestValue(const ObjectivePlan& plan, const Task& task) {
  using Value = ObjectivePlan::Value;
  const bool fraction = plan.value == Value::kScoreError || plan.value == Value::kUntilTarget;
  return fraction ? 1 : task.meta_loss_bound();
}

double ScoreValue(const ObjectivePlan& plan, const Task& task, const BatchScore& score) {
  if (plan.value == ObjectivePlan::Value::kScoreLoss) return task.MetaLoss(score.loss);
  // Where the loss is not finite, the classes mean nothing.
  return std::isfinite(score.loss) ? score.error : 1;
}

double TargetProgress::Take(const ObjectivePlan& plan, float loss) {
  average = average ? plan.decay * *average + (1 - plan.decay) * loss : loss;
  reached = reached || *average <= plan.target;
  return reached ? 0 : 1;
}

}  // namespace paceline
