#include "worker/bench/flops.h"

#include <algorithm>

#include "common/footprint/tensors.h"

namespace paceline {
namespace {

constexpr double kExp = 20, kLog = 28, kRsqrt = 13, kTanh = 38, kSinCos = 24;
constexpr double kTimeFeatures = 11;
constexpr double kOutputs = 2;

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

// Multiply-adds and ReLUs of the network behind its first layer, per element.
double LaterLayers(double hidden, double layers) {
  return hidden + (layers - 1) * (2 * hidden * hidden + hidden) + 2 * kOutputs * hidden;
}

// Of features f of `count` values: squares and sums, and the first layer's weights times the
// normaliser.
double NormaliserFlops(double features, double count, double hidden) {
  return 2 * features * count + features * (kRsqrt + 2 + hidden);
}

// p ← p − direction·step_multiplier·exp(magnitude·exp_multiplier)
constexpr double kUpdate = kExp + 4;

double TimeFlops(double hidden) { return kTimeFeatures * (kTanh + 2 + 2 * hidden); }

double MlpLoptFlops(const v1::MlpLopt& config, const v1::Task& task) {
  constexpr double kFeatures = 8, kMomenta = 6;
  const double hidden = config.hidden();
  const double each =
      3 * kMomenta + 2 * kFeatures * hidden + LaterLayers(hidden, config.layers()) + kUpdate;
  double flops = TimeFlops(hidden);
  for (const TensorShape& shape : TensorsOf(task)) {
    const auto count = static_cast<double>(ElementsOf(shape));
    flops += each * count + NormaliserFlops(kFeatures, count, hidden);
  }
  return flops;
}

double AdafacTensorFlops(const TensorShape& shape, double hidden, double layers) {
  constexpr double kDecays = 3, kSideFeatures = 6;
  // Features of an element: all on a matrix; on a vector the factored ones are of the element too.
  constexpr double kElementFeatures = 16;
  const auto count = static_cast<double>(ElementsOf(shape));
  // Momenta; g² and rms; (rms + 1e-6)^−½ and the momenta scaled by it.
  double each = 3 * kDecays + 4 + kRsqrt + 1 + kDecays;
  each += LaterLayers(hidden, layers) + kUpdate;
  if (shape.size() < 2) {
    // Second moments by three decays, their roots, and the factored gradient and momenta.
    each += 3 * kDecays + kDecays * (2 * kRsqrt + 4) + 2 * kDecays;
    const double features = kElementFeatures + 2 * kSideFeatures;
    return count * (each + 2 * features * hidden) + NormaliserFlops(features, count, hidden);
  }
  TensorShape sorted = shape;
  std::ranges::sort(sorted);
  const auto larger = static_cast<double>(sorted[sorted.size() - 1]);
  const auto smaller = static_cast<double>(sorted[sorted.size() - 2]);
  const double sides = count / (larger * smaller) * (larger + smaller);
  // Sums of g² over rows and columns; r·c, then g and the momenta times it.
  each += 2 + kDecays * 3;
  // The starts of row and column added to the first layer's sums.
  each += 2 * kElementFeatures * hidden + 2 * hidden;
  // The mean, and for every decay the moment, its root and its factor; then the first layer.
  const double side = 2 + kDecays * (3 + 2 * kRsqrt + 4) + 2 * kSideFeatures * hidden;
  return count * each + sides * side + NormaliserFlops(kElementFeatures, count, hidden) +
         NormaliserFlops(kSideFeatures, sides, hidden);
}

double AdafacMlpFlops(const v1::AdafacMlp& config, const v1::Task& task) {
  double flops = TimeFlops(config.hidden());
  for (const TensorShape& shape : TensorsOf(task)) {
    flops += AdafacTensorFlops(shape, config.hidden(), config.layers());
  }
  return flops;
}

// Values kept for each parameter beside itself and its gradient.
double StateOf(const v1::LearnedOptimizer& optimizer) {
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kLearnableSgdm:
      return 1;
    case v1::LearnedOptimizer::kLearnableAdam:
      return 2;
    case v1::LearnedOptimizer::kAdafacMlp:
      return 4;
    case v1::LearnedOptimizer::kMlpLopt:
      return 6;
    default:
      return 0;
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
    case v1::LearnedOptimizer::kMlpLopt:
      return MlpLoptFlops(optimizer.mlp_lopt(), task);
    case v1::LearnedOptimizer::kAdafacMlp:
      return AdafacMlpFlops(optimizer.adafac_mlp(), task);
    default:
      break;
  }
  return 0;
}

}  // namespace

InnerStepWork WorkOfInnerStep(const v1::Task& task, const v1::LearnedOptimizer& optimizer) {
  const auto count = static_cast<double>(ParameterCount(task));
  const double values = 1 + StateOf(optimizer);
  return {.task_flops = TaskFlops(task),
          .optimizer_flops = OptimizerFlops(optimizer, task),
          .bytes = sizeof(float) * count * (2 * values + 1)};
}

}  // namespace paceline
