// Whole inner training runs, many at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/optimizer.pb.h"
#include "paceline/v1/task.pb.h"
#include "paceline/v1/tier.pb.h"
#include "worker/baselines/baseline.h"
#include "worker/data/dataset.h"
#include "worker/engine/inner_runs.h"
#include "worker/eval/unit_runner.h"
#include "worker/task/task.h"

namespace paceline {

struct RunPlan {
  RunSeed seed;
  std::vector<float> theta;  // [P]
};

// Losses are the task's bounded ones (Task::MetaLoss), which for a run that goes well are the plain
// ones; a run that diverged counts as the bound.
struct RunResult {
  std::vector<double> curve;  // mean training loss of each span of CurveSpan(steps) inner steps
  double training_loss = 0;   // mean of the last tenth of the inner steps
  double test_loss = 0;       // on the whole test split, with the last weights
  bool diverged = false;      // a loss was not finite
};

enum class TestLoss { kMeasured, kLeftOut };  // left out: 0

// One task that runs train, and how they are computed.
class TrainingRuns {
 public:
  // Errors as MakeTask.
  static absl::StatusOr<TrainingRuns> Create(const v1::Task& task, v1::Engine engine,
                                             DataStore& data, int threads);
  // Result i is a function of plan i alone, whatever the other plans and the number of threads.
  absl::StatusOr<std::vector<RunResult>> Run(const v1::LearnedOptimizer& optimizer,
                                             const std::vector<RunPlan>& plans,
                                             int64_t steps) const;
  absl::StatusOr<std::vector<RunResult>> Run(const Baseline& baseline,
                                             const std::vector<RunPlan>& plans, int64_t steps,
                                             TestLoss test_loss) const;
  // Whether the baseline differs from the others on this task.
  bool Suits(const Baseline& baseline) const;

 private:
  TrainingRuns(v1::Task config, v1::Engine engine, std::unique_ptr<Task> task, int threads)
      : config_(std::move(config)), engine_(engine), task_(std::move(task)), threads_(threads) {}

  // Makes so many runs.
  using MakeInnerRuns = std::function<absl::StatusOr<std::unique_ptr<InnerRuns>>(int)>;
  absl::StatusOr<std::vector<RunResult>> RunAll(const MakeInnerRuns& make,
                                                const std::vector<RunPlan>& plans, int64_t steps,
                                                TestLoss test_loss) const;
  absl::Status RunRange(const MakeInnerRuns& make, std::span<const RunPlan> plans, int64_t steps,
                        TestLoss test_loss, std::span<RunResult> results) const;

  v1::Task config_;
  v1::Engine engine_;
  std::unique_ptr<Task> task_;
  int threads_;
};

}  // namespace paceline
