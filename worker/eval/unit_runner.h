// Computes units of an evaluation.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/evaluation.pb.h"
#include "worker/data/dataset.h"
#include "worker/task/task.h"

namespace paceline {

// Inner steps per point of a training curve of at most about 100 points.
int64_t CurveSpan(int64_t steps);

// The unit's trainings on `task`, which was made from unit.task(). theta: of a trained optimizer
// [P]; else empty. A function of the arguments alone. Errors as MakeRuns; InvalidArgument: not a
// baseline. Cancelled once `stopping`, asked about a hundred times, says so; empty: never.
absl::StatusOr<v1::UnitOutcome> RunUnit(const v1::EvaluationUnit& unit,
                                        std::span<const float> theta, const Task& task,
                                        const std::function<bool()>& stopping = {});

// Tasks by their config, the last few of which are kept. Thread-safe.
class TaskShelf {
 public:
  explicit TaskShelf(DataStore& data) : data_(data) {}
  // Errors as MakeTask.
  absl::StatusOr<std::shared_ptr<const Task>> Get(const v1::Task& config);

 private:
  struct Kept {
    std::string key;
    std::shared_ptr<const Task> task;
  };
  DataStore& data_;
  std::mutex mutex_;
  std::vector<Kept> kept_;  // the newest last
};

}  // namespace paceline
