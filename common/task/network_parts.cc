#include "common/task/network_parts.h"

#include <fmt/format.h>

#include <cmath>

namespace paceline {
namespace {

double Inputs(const Extents& shape) {
  return static_cast<double>(ElementsOf(shape)) / static_cast<double>(shape.back());
}

}  // namespace

Weights::Weights(NetworkBuilder& net, v1::Initializer initializer, double scale)
    : initializer_(initializer), scale_(scale == 0 ? 1 : scale) {
  if (initializer != v1::INITIALIZER_ANY) return;
  kind_choice_ = net.Choice(
      "initializer", {v1::INITIALIZER_ORTHOGONAL, v1::INITIALIZER_UNIFORM, v1::INITIALIZER_NORMAL,
                      v1::INITIALIZER_NORMAL, v1::INITIALIZER_VARIANCE_UNIFORM});
  scale_choice_ = net.UniformChoice("initializer scale", 0.5, 2);
}

TensorInit Weights::Of(const Extents& shape) const {
  if (initializer_ == v1::INITIALIZER_STANDARD || initializer_ == v1::INITIALIZER_UNSPECIFIED) {
    return StandardWeights(shape);
  }
  return {.kind = InitKind::kParametric,
          .scale = scale_,
          .initializer = initializer_,
          .kind_choice = kind_choice_,
          .scale_choice = scale_choice_};
}

TensorInit StandardWeights(const Extents& shape) {
  return {.kind = InitKind::kTruncatedNormal, .scale = 1 / std::sqrt(Inputs(shape))};
}

Value Linear(NetworkBuilder& net, const std::string& name, Value x, int64_t out, TensorKind kind,
             const TensorInit& init) {
  const Value w = net.Parameter(name + "/w", {net.Last(x), out}, kind, init);
  const Value b = net.Parameter(name + "/b", {out}, TensorKind::kBias, {});
  return net.Dense(x, w, b);
}

Value Mlp(NetworkBuilder& net, const std::string& name, Value x, const std::vector<int64_t>& widths,
          v1::Activation activation, const Weights& weights) {
  for (size_t i = 0; i < widths.size(); ++i) {
    const TensorKind kind = i + 1 == widths.size() ? TensorKind::kOutputWeights
                            : i == 0               ? TensorKind::kInputWeights
                                                   : TensorKind::kHiddenWeights;
    x = Linear(net, fmt::format("{}/~/linear_{}", name, i), x, widths[i], kind,
               weights.Of({net.Last(x), widths[i]}));
    if (i + 1 < widths.size()) x = net.Activate(x, activation);
  }
  return x;
}

Value LayerNormed(NetworkBuilder& net, const std::string& name, Value x, double epsilon) {
  const Extents shape = {net.Last(x)};
  const Value scale =
      net.Parameter(name + "/scale", shape, TensorKind::kOther, {.kind = InitKind::kOnes});
  const Value offset = net.Parameter(name + "/offset", shape, TensorKind::kBias, {});
  return net.LayerNorm(x, scale, offset, epsilon);
}

Value BatchNormed(NetworkBuilder& net, const std::string& name, Value x, InitKind scale) {
  Extents shape(net.Shape(x).size(), 1);
  shape.back() = net.Last(x);
  const Value factor = net.Parameter(name + "/scale", shape, TensorKind::kOther, {.kind = scale});
  const Value offset = net.Parameter(name + "/offset", shape, TensorKind::kBias, {});
  return net.BatchNorm(x, factor, offset, 1e-5, {name + "/~/mean_ema", name + "/~/var_ema"});
}

Value ClassifierCrossEntropy(NetworkBuilder& net, Value logits, Value labels) {
  net.Classes(logits, labels);
  return net.Mean(net.CrossEntropy(logits, labels), {0});
}

LabelledImages ImageInputs(NetworkBuilder& net, const ImageUse& use) {
  const Value images = net.Input(InputKind::kImages, ImageShape(use));
  return {images, net.Input(InputKind::kLabels, {})};
}

MetaLossRule ClippedMetaLoss(int64_t classes) {
  return {.high = 1.5 * std::log(static_cast<double>(classes))};
}

MetaLossRule ParametricMetaLoss(int64_t classes) {
  const auto count = static_cast<double>(classes);
  const double slope = 10 / std::log(count);
  return {.replaces_infinities = true,
          .high = std::log(2 * count),
          .slope = slope,
          .offset = -std::log(count / 5) * slope};
}

MetaLossRule ClassifierMetaLoss(v1::MetaLoss rule, int64_t classes) {
  return rule == v1::META_LOSS_PARAMETRIC ? ParametricMetaLoss(classes) : ClippedMetaLoss(classes);
}

MetaLossRule ScaledMetaLoss(int64_t classes) {
  const double high = std::log(2 * static_cast<double>(classes));
  return {.replaces_infinities = true, .high = high, .slope = 10 / high};
}

MetaLossRule SquaredErrorMetaLoss() {
  constexpr double kLow = -1e6;
  return {.replaces_infinities = true, .low = kLow, .high = 1, .slope = 10};
}

MetaLossRule PlainMetaLoss(double bound) { return {.low = -bound, .high = bound}; }

}  // namespace paceline
