#include "common/task/flax_parts.h"

#include <cmath>

namespace paceline {

TensorInit LecunNormal(int64_t inputs) {
  constexpr double kLeftByTruncation = 0.87962566103423978;  // of the standard deviation
  return {.kind = InitKind::kTruncatedNormal,
          .scale = 1 / (std::sqrt(static_cast<double>(inputs)) * kLeftByTruncation)};
}

TensorInit XavierUniform(int64_t inputs, int64_t outputs) {
  return {.kind = InitKind::kUniform,
          .scale = std::sqrt(6.0 / static_cast<double>(inputs + outputs))};
}

Value FlaxDense(NetworkBuilder& net, const std::string& name, Value x, int64_t out, TensorKind kind,
                const TensorInit& kernel, const TensorInit& bias) {
  const Value w = net.Parameter(name + "/kernel", {net.Last(x), out}, kind, kernel);
  const Value b = net.Parameter(name + "/bias", {out}, TensorKind::kBias, bias);
  return net.Dense(x, w, b);
}

Value FlaxLayerNorm(NetworkBuilder& net, const std::string& name, Value x) {
  const Extents shape = {net.Last(x)};
  const Value scale =
      net.Parameter(name + "/scale", shape, TensorKind::kOther, {.kind = InitKind::kOnes});
  const Value bias = net.Parameter(name + "/bias", shape, TensorKind::kBias, {});
  return net.LayerNorm(x, scale, bias, 1e-6);
}

std::optional<Value> FlaxPatches(NetworkBuilder& net, const std::string& name, Value images,
                                 int64_t patch, Padding padding, int64_t width) {
  const int64_t channels = net.Last(images);
  const Value w = net.Parameter(name + "/kernel", {patch, patch, channels, width},
                                TensorKind::kInputWeights, LecunNormal(patch * patch * channels));
  const Value b = net.Parameter(name + "/bias", {width}, TensorKind::kBias, {});
  const Window window = {.size = patch, .stride = patch, .padding = padding};
  const Extents& shape = net.Shape(images);
  const int64_t examples = shape[0], count = window.Out(shape[1]) * window.Out(shape[2]);
  if (count == 0) return std::nullopt;
  return net.Reshape(net.Conv(images, w, window, b), {examples, count, width});
}

Value FlaxHead(NetworkBuilder& net, Value x, int64_t classes) {
  return FlaxDense(net, "params/head", x, classes, TensorKind::kOutputWeights, {});
}

}  // namespace paceline
