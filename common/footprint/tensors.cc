#include "common/footprint/tensors.h"

#include "common/lopt/family.h"
#include "common/task/facts.h"

namespace paceline {

size_t ParameterCount(const v1::Task& task) { return FactsOf(task).parameter_count(); }

size_t StateFloats(const v1::LearnedOptimizer& optimizer, const v1::Task& task) {
  if (optimizer.has_system_parameters()) return ParameterCount(task);  // its state is in double
  return FamilyOf(optimizer).sizes(optimizer, FactsOf(task).tensors).state_size;
}

}  // namespace paceline
