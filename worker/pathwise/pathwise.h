// The pathwise gradient: the derivative of an unroll's losses by θ, through every step of a window
// (reparametrisation gradient, back-propagation through time). Where the unroll is chaotic it
// explodes; evolution strategies' does not. For comparison on small problems: it keeps, or carries
// along, far more than the engine does.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paceline/v1/optimizer.pb.h"
#include "paceline/v1/task.pb.h"
#include "worker/task/systems/system.h"
#include "worker/task/task.h"

namespace paceline {

// R runs of one task under one θ. Not thread-safe; what one run computes does not depend on the
// others.
class PathwiseRuns {
 public:
  virtual ~PathwiseRuns() = default;

  // As InnerRuns::Start.
  virtual absl::Status Start(int run, const RunSeed& seed, int64_t num_steps) = 0;
  // `steps` steps of every run under theta [P]. losses [run, step]: raw training losses, as the
  // engine's; gradients [run, P]: of the mean over the window of the task's meta-loss. The state
  // that the window starts from counts as constant: one window of a whole episode gives the full
  // gradient, several in turn the truncated ones.
  virtual absl::Status Advance(std::span<const double> theta, int64_t steps,
                               std::span<double> losses, std::span<double> gradients) = 0;
};

enum class Precision { kFloat, kDouble };

// A dynamical system, by dual numbers in double. `system` outlives the runs.
std::unique_ptr<PathwiseRuns> MakeSystemPathwise(const System& system, int runs);

// A learned optimizer on a task, by LibTorch's autograd through worker/reference. `task` was made
// from `task_config` and outlives the runs. InvalidArgument if autograd does not know the task's or
// the optimizer's kind. Takes the memory of all steps of a window.
absl::StatusOr<std::unique_ptr<PathwiseRuns>> MakeUnrolledPathwise(
    const v1::LearnedOptimizer& optimizer, const v1::Task& task_config, const Task& task, int runs,
    Precision precision);

// The one of these two that the task needs.
absl::StatusOr<std::unique_ptr<PathwiseRuns>> MakePathwiseRuns(
    const v1::LearnedOptimizer& optimizer, const v1::Task& task_config, const Task& task, int runs,
    Precision precision);

}  // namespace paceline
