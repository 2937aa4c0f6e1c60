#include "common/footprint/tensors.h"

#include "common/footprint/per_parameter.h"

#include "common/footprint/recurrent_state.h"

namespace paceline {
namespace {

// Numbers of a dynamical system's state; 0 if the task is none.
int64_t SystemState(const v1::Task& task) {
  if (task.has_influence_balancing()) return 23;
  if (task.has_lorenz()) return 6;
  return task.has_toy_schedule() ? 2 : 0;
}

}  // namespace

std::vector<int64_t> MlpWidths(const v1::ImageMlp& task) {
  std::vector<int64_t> widths = {int64_t{task.size()} * task.size()};
  widths.insert(widths.end(), task.hidden().begin(), task.hidden().end());
  widths.push_back(kImageClasses);
  return widths;
}

std::vector<TensorShape> TensorsOf(const v1::Task& task) {
  if (task.has_quadratic()) return {{int64_t{task.quadratic().dimension()}}};
  if (const int64_t state = SystemState(task); state > 0) return {{state}};
  std::vector<TensorShape> tensors;
  const std::vector<int64_t> widths = MlpWidths(task.image_mlp());
  for (size_t layer = 0; layer + 1 < widths.size(); ++layer) {
    tensors.push_back({widths[layer], widths[layer + 1]});
    tensors.push_back({widths[layer + 1]});
  }
  return tensors;
}

size_t ElementsOf(const TensorShape& shape) {
  size_t elements = 1;
  for (const int64_t size : shape) elements *= static_cast<size_t>(size);
  return elements;
}

size_t ParameterCount(const v1::Task& task) {
  size_t parameters = 0;
  for (const TensorShape& shape : TensorsOf(task)) parameters += ElementsOf(shape);
  return parameters;
}

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
