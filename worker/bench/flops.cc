#include "worker/bench/flops.h"

#include "common/lopt/family.h"
#include "common/task/facts.h"

namespace paceline {
namespace {

// Beside the parameters and their gradient, in all.
double AccumulatorsOf(const v1::LearnedOptimizer& optimizer,
                      const std::vector<ParameterTensor>& tensors) {
  const Family& family = FamilyOf(optimizer);
  double values = 0;
  for (const ParameterTensor& tensor : tensors) {
    values += family.accumulators(optimizer, tensor) * static_cast<double>(tensor.size);
  }
  return values;
}

}  // namespace

InnerStepWork WorkOfInnerStep(const v1::Task& task, const v1::LearnedOptimizer& optimizer) {
  const Family& family = FamilyOf(optimizer);
  const TaskFacts facts = FactsOf(task);
  const auto count = static_cast<double>(facts.parameter_count());
  const double weights =
      family.reads_theta_whole ? static_cast<double>(LayoutOf(optimizer).size) : 0;
  const double moved = 3 * count + 2 * AccumulatorsOf(optimizer, facts.tensors) + weights;
  return {.task_flops = facts.flops,
          .optimizer_flops = family.flops(optimizer, facts.tensors),
          .bytes = sizeof(float) * moved};
}

}  // namespace paceline
