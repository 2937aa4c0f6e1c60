#include "common/footprint/tensors.h"

#include "common/footprint/per_parameter.h"
#include "common/footprint/recurrent_state.h"
#include "common/task/facts.h"

namespace paceline {
std::vector<TensorShape> TensorsOf(const v1::Task& task) {
  std::vector<TensorShape> shapes;
  for (const ParameterTensor& tensor : FactsOf(task).tensors) shapes.push_back(tensor.shape);
  return shapes;
}

size_t ElementsOf(const TensorShape& shape) {
  size_t elements = 1;
  for (const int64_t size : shape) elements *= static_cast<size_t>(size);
  return elements;
}

size_t ParameterCount(const v1::Task& task) { return FactsOf(task).parameter_count(); }

size_t StateFloats(const v1::LearnedOptimizer& optimizer, const v1::Task& task) {
  const std::vector<TensorShape> tensors = TensorsOf(task);
  size_t floats = RecurrentStateFloats(optimizer, tensors);
  for (const TensorShape& shape : tensors) {
    const size_t elements = ElementsOf(shape);
    switch (optimizer.kind_case()) {
      case v1::LearnedOptimizer::kLearnableAdam:
        floats += 2 * elements;
        break;
      case v1::LearnedOptimizer::kLearnableSgdm:
        floats += elements;
        break;
      case v1::LearnedOptimizer::kSystemParameters:
        floats += elements;  // the system's state is in double
        break;
      default:
        floats += PerParameterState(optimizer, shape);
        break;
    }
  }
  return floats + PerParameterRunState(optimizer);
}

}  // namespace paceline
