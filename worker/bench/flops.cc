#include "worker/bench/flops.h"

#include "common/footprint/tensors.h"
#include "common/task/facts.h"
#include "worker/bench/flop_counts.h"
#include "worker/bench/per_parameter_flops.h"
#include "worker/bench/recurrent_flops.h"

namespace paceline {
namespace {

// Values kept for each parameter beside itself and its gradient.
double StateOf(const v1::LearnedOptimizer& optimizer, const v1::Task& task) {
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kLearnableSgdm:
      return 1;
    case v1::LearnedOptimizer::kLearnableAdam:
      return 2;
    default:
      return PerParameterValues(optimizer, task) + RecurrentStateOf(optimizer);
  }
}

double OptimizerFlops(const v1::LearnedOptimizer& optimizer, const v1::Task& task) {
  const auto count = static_cast<double>(ParameterCount(task));
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kLearnableSgd:
      return 2 * count;
    case v1::LearnedOptimizer::kLearnableSgdm:
      return 4 * count;
    case v1::LearnedOptimizer::kLearnableAdam:
      return 15 * count;
    default:
      return PerParameterFlops(optimizer, task) + RecurrentFlops(optimizer, TensorsOf(task));
  }
}

}  // namespace

InnerStepWork WorkOfInnerStep(const v1::Task& task, const v1::LearnedOptimizer& optimizer) {
  const auto count = static_cast<double>(ParameterCount(task));
  const double values = 1 + StateOf(optimizer, task);
  return {.task_flops = FactsOf(task).flops,
          .optimizer_flops = OptimizerFlops(optimizer, task),
          .bytes = sizeof(float) * (count * (2 * values + 1) + RecurrentWeights(optimizer))};
}

}  // namespace paceline
