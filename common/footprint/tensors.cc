#include "common/footprint/tensors.h"

#include "common/lopt/family.h"
#include "common/task/facts.h"

namespace paceline {

std::vector<TensorShape> TensorsOf(const v1::Task& task) {
  std::vector<TensorShape> shapes;
  for (const ParameterTensor& tensor : FactsOf(task).tensors) shapes.push_back(tensor.shape);
  return shapes;
}

size_t ParameterCount(const v1::Task& task) { return FactsOf(task).parameter_count(); }

size_t StateFloats(const v1::LearnedOptimizer& optimizer, const v1::Task& task) {
  if (optimizer.has_system_parameters()) return ParameterCount(task);  // its state is in double
  return FamilyOf(optimizer).sizes(optimizer, FactsOf(task).tensors).state_size;
}

}  // namespace paceline
