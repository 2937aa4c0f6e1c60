// How good a run's parameters are on a batch that it does not train on.
#pragma once

#include <memory>
#include <span>

#include "common/lane/dispatch.h"
#include "worker/task/task.h"

namespace paceline {

// Not thread-safe: it may hold scratch, and the batch that it drew last, so that asking for the
// same batch under other parameters costs less.
class ScoreSource {
 public:
  virtual ~ScoreSource() = default;
  // As Task::Score.
  virtual BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                           std::span<const float> parameters) = 0;
  // As Task::Evaluate of a whole split.
  virtual SplitScore Evaluate(const RunSeed& seed, Split split,
                              std::span<const float> parameters) = 0;
};

// The task's own loops. `task` outlives the source.
std::unique_ptr<ScoreSource> MakePlainScores(const Task& task);
// The task's SIMD kernel, or its own loops if it has none. `task` outlives the source.
std::unique_ptr<ScoreSource> MakeKernelScores(const Task& task,
                                              lane::Target target = lane::ActiveTarget());

}  // namespace paceline
