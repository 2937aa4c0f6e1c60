#include "worker/bench/flops.h"

#include "common/footprint/tensors.h"
#include "worker/bench/flop_counts.h"
#include "worker/bench/per_parameter_flops.h"
#include "worker/bench/recurrent_flops.h"

namespace paceline {
namespace {

struct Activity {
  double value = 0, slope = 0;  // flops an element
};

Activity ActivityOf(v1::Activation activation) {
  switch (activation) {
    case v1::ACTIVATION_RELU:
    case v1::ACTIVATION_LEAKY_RELU:
      return {1, 1};
    case v1::ACTIVATION_RELU6:
      return {2, 2};
    case v1::ACTIVATION_SELU:
      return {kExp + 3, kExp + 1};
    // The slope follows from the value.
    case v1::ACTIVATION_TANH:
      return {kTanh, 2};
    case v1::ACTIVATION_SIGMOID:
      return {kExp + 2, 2};
    case v1::ACTIVATION_SILU:
      return {kExp + 3, 4};
    case v1::ACTIVATION_GELU:
      return {kTanh + 8, 10};
    case v1::ACTIVATION_COS:
    case v1::ACTIVATION_SIN:
      return {kSinCos, kSinCos};
    default:
      return {};
  }
}

double ImageMlpFlops(const v1::ImageMlp& task) {
  const std::vector<int64_t> widths = MlpWidths(task);
  const auto batch = static_cast<double>(task.batch());
  const Activity activity = ActivityOf(task.activation());
  double flops = 0;
  for (size_t layer = 0; layer + 1 < widths.size(); ++layer) {
    const auto in = static_cast<double>(widths[layer]),
               out = static_cast<double>(widths[layer + 1]);
    const double product = 2 * batch * in * out;
    flops += (layer == 0 ? 2 : 3) * product;
    flops += batch * out;  // gradient of the bias
    if (layer + 2 < widths.size()) flops += batch * out * (activity.value + activity.slope + 1);
  }
  // Largest logit, differences, exponentials, their sum, quotients, and the slope's factor.
  const auto classes = static_cast<double>(widths.back());
  return flops + batch * (classes * (kExp + 6) + kLog + 3);
}

double TaskFlops(const v1::Task& task) {
  if (task.has_image_mlp()) return ImageMlpFlops(task.image_mlp());
  if (!task.has_quadratic()) return 0;  // a dynamical system: not measured
  const v1::Quadratic& quadratic = task.quadratic();
  const double each = quadratic.kind() == v1::QUADRATIC_KIND_TARGET ? 4 : 3;
  return each * static_cast<double>(quadratic.dimension());
}

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
  return {.task_flops = TaskFlops(task),
          .optimizer_flops = OptimizerFlops(optimizer, task),
          .bytes = sizeof(float) * (count * (2 * values + 1) + RecurrentWeights(optimizer))};
}

}  // namespace paceline
