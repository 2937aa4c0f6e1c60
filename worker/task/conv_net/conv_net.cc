#include "worker/task/conv_net/conv_net.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/noise/truncated_normal.h"
#include "worker/task/activation.h"
#include "worker/task/softmax.h"

namespace paceline {
namespace {

template <class Float>
std::span<Float> Part(std::span<Float> all, const ParameterTensor& tensor) {
  return all.subspan(tensor.offset, tensor.size);
}

}  // namespace

ConvNet::ConvNet(const v1::ConvNet& config, std::shared_ptr<const ImageData> data, int classes)
    : ImageClassifier(std::move(data), classes, static_cast<int>(config.batch())),
      activation_(config.activation()),
      pool_(config.pool()),
      places_(ConvPlaces(this->data().height, config.channels_size())),
      channels_{this->data().channels},
      size_(this->data().height),
      classes_(classes) {
  channels_.insert(channels_.end(), config.channels().begin(), config.channels().end());
  parameters_ = ConvNetTensors(channels_.front(), std::span(channels_).subspan(1), classes);
}

ConvShape ConvNet::LayerShape(size_t layer, size_t batch) const {
  return {.batch = batch,
          .place = places_[layer],
          .in = static_cast<size_t>(channels_[layer]),
          .out = static_cast<size_t>(channels_[layer + 1])};
}

PoolShape ConvNet::Pooled(size_t batch) const {
  const int64_t side = places_.empty() ? size_ : places_.back().out;
  return {.batch = batch,
          .positions = static_cast<size_t>(side * side),
          .channels = static_cast<size_t>(channels_.back())};
}

DenseShape ConvNet::Output(size_t batch) const {
  return {batch, static_cast<size_t>(channels_.back()), static_cast<size_t>(classes_)};
}

void ConvNet::SampleInitial(const RunSeed& seed, std::span<float> parameters) const {
  Stream stream{.key = seed.key,
                .purpose = Purpose::kTaskInit,
                .particle = seed.particle,
                .episode = seed.episode};
  for (size_t t = 0; t < parameters_.size(); ++t) {
    const ParameterTensor& tensor = parameters_[t];
    const std::span<float> values = Part(parameters, tensor);
    stream.step = static_cast<uint32_t>(t);
    if (tensor.kind == TensorKind::kBias) {
      std::ranges::fill(values, 0.0f);
      continue;
    }
    const double inputs =
        static_cast<double>(tensor.size) / static_cast<double>(tensor.shape.back());
    FillTruncatedNormals(stream, 1 / std::sqrt(inputs), values);
  }
}

ConvNet::Pass ConvNet::Forward(std::span<const float> images, size_t batch,
                               std::span<const float> parameters) const {
  Pass pass{.before = std::vector<std::vector<float>>(layers()),
            .after = std::vector<std::vector<float>>(layers())};
  std::span<const float> x = images;
  for (size_t i = 0; i < layers(); ++i) {
    const ConvShape shape = LayerShape(i, batch);
    pass.before[i].resize(shape.out_values());
    pass.after[i].resize(shape.out_values());
    ConvForward(shape, x, Part(parameters, parameters_[2 * i]),
                Part(parameters, parameters_[2 * i + 1]), pass.before[i]);
    Activate(activation_, pass.before[i], pass.after[i]);
    x = pass.after[i];
  }
  const DenseShape output = Output(batch);
  pass.pooled.resize(batch * output.in);
  pass.logits.resize(batch * output.out);
  PoolForward(pool_, Pooled(batch), x, pass.pooled);
  DenseForward(output, pass.pooled, Part(parameters, parameters_[2 * layers()]),
               Part(parameters, parameters_.back()), pass.logits);
  return pass;
}

double ConvNet::Loss(std::span<const float> images, std::span<const int32_t> labels,
                     std::span<const float> parameters) const {
  return SoftmaxCrossEntropy(Forward(images, labels.size(), parameters).logits, labels, {});
}

BatchScore ConvNet::Score(std::span<const float> images, std::span<const int32_t> labels,
                          std::span<const float> parameters) const {
  return SoftmaxScore(Forward(images, labels.size(), parameters).logits, labels);
}

float ConvNet::LossAndGradient(std::span<const float> images, std::span<const int32_t> labels,
                               std::span<const float> parameters, std::span<float> gradient) const {
  const size_t batch = labels.size();
  const Pass pass = Forward(images, batch, parameters);
  const DenseShape output = Output(batch);
  std::vector<float> upper(pass.logits.size());  // dL/d(the values at hand)
  const double loss = SoftmaxCrossEntropy(pass.logits, labels, upper);
  DenseWeightGradient(output, pass.pooled, upper, Part(gradient, parameters_[2 * layers()]),
                      Part(gradient, parameters_.back()));
  std::vector<float> lower(pass.pooled.size());
  DenseInputGradient(output, Part(parameters, parameters_[2 * layers()]), upper, lower);
  if (layers() == 0) return static_cast<float>(loss);
  upper.resize(pass.after.back().size());
  PoolGradient(pool_, Pooled(batch), pass.after.back(), pass.pooled, lower, upper);
  for (size_t i = layers(); i-- > 0;) {
    const ConvShape shape = LayerShape(i, batch);
    MultiplyBySlope(activation_, pass.before[i], upper);
    ConvWeightGradient(shape, i == 0 ? images : pass.after[i - 1], upper,
                       Part(gradient, parameters_[2 * i]), Part(gradient, parameters_[2 * i + 1]));
    if (i == 0) break;
    lower.resize(shape.in_values());
    ConvInputGradient(shape, Part(parameters, parameters_[2 * i]), upper, lower);
    std::swap(upper, lower);
  }
  return static_cast<float>(loss);
}

}  // namespace paceline
