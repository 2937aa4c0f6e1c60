// From a config's objective, and full ES's own choice, to what is computed of every run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "paceline/v1/job_config.pb.h"
#include "worker/task/task.h"

namespace paceline {

// A value for every inner step, and what is made of an episode's values.
struct ObjectivePlan {
  enum class Value {
    kTrainingLoss,  // before the update
    kScoreLoss,     // after it, on a fresh batch
    kScoreError,    // likewise, 1 − accuracy
    kUntilTarget,   // 1 until the moving average of the training loss is at the target, then 0
  };
  enum class Take {
    kSum,      // of a window's values
    kLast,     // T times that of the episode's last step; windows before the last have 0
    kMinimum,  // T times the smallest
    kFinal,    // T times the mean over fresh batches at the final weights
  };
  Value value = Value::kTrainingLoss;
  Take take = Take::kSum;
  Split split = Split::kTrain;  // of fresh batches
  int samples = 1;              // of kFinal
  double target = 0, decay = 0;
  std::string name;  // in the config

  bool scored() const { return value == Value::kScoreLoss || value == Value::kScoreError; }
  // After every inner step, not only after an episode's last.
  bool scored_every_step() const {
    return scored() && (take == Take::kSum || take == Take::kMinimum);
  }
  // Between two windows, per run.
  bool has_progress() const { return value == Value::kUntilTarget; }
};

// `config` is valid.
ObjectivePlan PlanObjective(const v1::JobConfig& config);

// InvalidArgument if the task cannot offer it; Unavailable if it must be scored after every step
// and the runs are on a GPU, whose kernels do not.
absl::Status CheckObjective(const ObjectivePlan& plan, const Task& task, bool on_gpu);

// What a run's value may be at most, per step: that of a run that diverged.
double LargestValue(const ObjectivePlan& plan, const Task& task);
// Bounded by the task's normaliser.
double ScoreValue(const ObjectivePlan& plan, const Task& task, const BatchScore& score);

// On the way to a target loss.
struct TargetProgress {
  std::optional<double> average;  // of the losses so far; absent before the first
  bool reached = false;

  // The value at a step of this (finite) training loss.
  double Take(const ObjectivePlan& plan, float loss);
};

}  // namespace paceline
