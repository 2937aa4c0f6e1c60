#include "worker/task/image_mlp/softmax_mlp.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/noise/truncated_normal.h"
#include "common/task/image_mlp.h"
#include "worker/task/activation.h"
#include "worker/task/dense.h"
#include "worker/task/softmax.h"

namespace paceline {
namespace {

template <class Float>
std::span<Float> Part(std::span<Float> all, const ParameterTensor& tensor) {
  return all.subspan(tensor.offset, tensor.size);
}

void Multiply(float factor, std::span<float> values) {
  for (float& value : values) value *= factor;
}

}  // namespace

SoftmaxMlp::SoftmaxMlp(std::vector<int> widths, v1::Activation activation,
                       v1::Parametrization parametrization)
    : widths_(std::move(widths)),
      activation_(activation),
      mu_(parametrization == v1::PARAMETRIZATION_MU),
      output_multiplier_(MlpOutputMultiplier(parametrization, widths_[widths_.size() - 2])),
      parameters_(MlpTensors(std::vector<int64_t>(widths_.begin(), widths_.end()))) {}

void SoftmaxMlp::SampleInitial(Stream stream, std::span<float> parameters) const {
  for (size_t t = 0; t < parameters_.size(); ++t) {
    const std::span<float> values = Part(parameters, parameters_[t]);
    const TensorKind kind = parameters_[t].kind;
    stream.step = static_cast<uint32_t>(t);
    if (mu_ && kind == TensorKind::kBias) {
      FillNormals(stream, 0, values);
    } else if (kind != TensorKind::kBias && !(mu_ && kind == TensorKind::kOutputWeights)) {
      const double fan_in = static_cast<double>(parameters_[t].shape[0]);
      FillTruncatedNormals(stream, 1 / std::sqrt(fan_in), values);
    } else {
      std::ranges::fill(values, 0.0f);
    }
  }
}

std::vector<std::vector<float>> SoftmaxMlp::Forward(std::span<const float> images, size_t batch,
                                                    std::span<const float> parameters) const {
  std::vector<std::vector<float>> outputs(layers());
  std::vector<float> activated;
  for (size_t i = 0; i < layers(); ++i) {
    const DenseShape shape = {batch, static_cast<size_t>(widths_[i]),
                              static_cast<size_t>(widths_[i + 1])};
    if (i > 0) {
      activated.resize(outputs[i - 1].size());
      Activate(activation_, outputs[i - 1], activated);
    }
    outputs[i].resize(shape.batch * shape.out);
    DenseForward(shape, i == 0 ? images : activated, Part(parameters, parameters_[2 * i]),
                 Part(parameters, parameters_[2 * i + 1]), outputs[i]);
  }
  Multiply(output_multiplier_, outputs.back());
  return outputs;
}

double SoftmaxMlp::Loss(std::span<const float> images, std::span<const int32_t> labels,
                        std::span<const float> parameters) const {
  return SoftmaxCrossEntropy(Forward(images, labels.size(), parameters).back(), labels, {});
}

BatchScore SoftmaxMlp::Score(std::span<const float> images, std::span<const int32_t> labels,
                             std::span<const float> parameters) const {
  return SoftmaxScore(Forward(images, labels.size(), parameters).back(), labels);
}

float SoftmaxMlp::LossAndGradient(std::span<const float> images, std::span<const int32_t> labels,
                                  std::span<const float> parameters,
                                  std::span<float> gradient) const {
  const std::vector<std::vector<float>> outputs = Forward(images, labels.size(), parameters);
  std::vector<float> upper(outputs.back().size());  // dL/d(this layer's output)
  const double loss = SoftmaxCrossEntropy(outputs.back(), labels, upper);
  Multiply(output_multiplier_, upper);
  for (size_t i = layers(); i-- > 0;) {
    const DenseShape shape = {labels.size(), static_cast<size_t>(widths_[i]),
                              static_cast<size_t>(widths_[i + 1])};
    std::vector<float> activated(i == 0 ? 0 : outputs[i - 1].size());
    if (i > 0) Activate(activation_, outputs[i - 1], activated);
    DenseWeightGradient(shape, i == 0 ? images : activated, upper,
                        Part(gradient, parameters_[2 * i]), Part(gradient, parameters_[2 * i + 1]));
    if (i == 0) break;
    std::vector<float> lower(activated.size());
    DenseInputGradient(shape, Part(parameters, parameters_[2 * i]), upper, lower);
    MultiplyBySlope(activation_, outputs[i - 1], lower);
    upper = std::move(lower);
  }
  return static_cast<float>(loss);
}

}  // namespace paceline
