#include "worker/pathwise/pathwise.h"

namespace paceline {

absl::StatusOr<std::unique_ptr<PathwiseRuns>> MakePathwiseRuns(
    const v1::LearnedOptimizer& optimizer, const v1::Task& task_config, const Task& task, int runs,
    Precision precision) {
  if (task.system() != nullptr) return MakeSystemPathwise(*task.system(), runs);
  return MakeUnrolledPathwise(optimizer, task_config, task, runs, precision);
}

}  // namespace paceline
