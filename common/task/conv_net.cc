#include "common/task/conv_net.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/task/dataset.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

// Values and products of all layers, for one image.
struct ImageWork {
  uint64_t values = 0;
  double flops = 0;
};

ImageWork WorkOf(const v1::ConvNet& task, const DatasetFacts& data) {
  const ActivationFlops activity = FlopsOf(task.activation());
  const auto channels = static_cast<size_t>(task.channels_size());
  ImageWork work;
  auto in = static_cast<uint64_t>(data.channels);
  const std::vector<ConvPlace> places = ConvPlaces(task.size(), channels);
  for (size_t i = 0; i < channels; ++i) {
    const uint64_t out = task.channels(static_cast<int>(i));
    const auto positions = static_cast<uint64_t>(places[i].out * places[i].out);
    const auto values = static_cast<double>(positions * out);
    // Nobody needs the gradient of the images.
    work.flops += (i == 0 ? 2 : 3) * 2 * 9 * static_cast<double>(in) * values;
    work.flops += values * (activity.value + activity.slope + 2);
    work.values += positions * out;
    in = out;
  }
  const auto classes = static_cast<double>(data.classes);
  work.flops += 3 * 2 * static_cast<double>(in) * classes + classes + SoftmaxFlops(classes);
  work.values += in + static_cast<uint64_t>(data.classes);
  return work;
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  for (uint32_t& width : *scaled.mutable_conv_net()->mutable_channels()) {
    width = Scaled(width, numerator, denominator);
  }
  return scaled;
}

}  // namespace

int64_t ConvPlace::padding() const {
  return std::max<int64_t>(0, (out - 1) * stride + kConvKernel - in);
}

std::vector<ConvPlace> ConvPlaces(int64_t size, size_t layers) {
  std::vector<ConvPlace> places;
  for (size_t i = 0; i < layers; ++i) {
    const int64_t stride = i == 0 ? 2 : 1;
    places.push_back({.in = size, .out = (size + stride - 1) / stride, .stride = stride});
    size = places.back().out;
  }
  return places;
}

std::vector<ParameterTensor> ConvNetTensors(int64_t in, std::span<const int64_t> channels,
                                            int64_t classes) {
  std::vector<ParameterTensor> tensors;
  for (size_t i = 0; i < channels.size(); ++i) {
    const std::string name = i == 0 ? "conv2_d" : fmt::format("conv2_d_{}", i);
    AddTensor(name + "/w", {kConvKernel, kConvKernel, in, channels[i]},
              i == 0 ? TensorKind::kInputWeights : TensorKind::kHiddenWeights, tensors);
    AddTensor(name + "/b", {channels[i]}, TensorKind::kBias, tensors);
    in = channels[i];
  }
  AddTensor("linear/w", {in, classes}, TensorKind::kOutputWeights, tensors);
  AddTensor("linear/b", {classes}, TensorKind::kBias, tensors);
  return tensors;
}

TaskFacts ConvNetFacts(const v1::ConvNet& task) {
  const DatasetFacts data = ImageFacts(task.dataset());
  const uint64_t batch = task.batch();
  const ImageWork work = WorkOf(task, data);
  TaskFacts facts;
  facts.article_and_name = "a conv_net";
  facts.text = fmt::format("{} {}x{}, convolutions [{}], {}, {} pool, batch {}", data.name,
                           task.size(), task.size(), fmt::join(task.channels(), ", "),
                           EnumWord(v1::Activation_Name(task.activation()), "ACTIVATION_"),
                           EnumWord(v1::Pool_Name(task.pool()), "POOL_"), batch);
  facts.tensors = ConvNetTensors(
      data.channels, std::vector<int64_t>(task.channels().begin(), task.channels().end()),
      data.classes);
  facts.data = {task.dataset(), task.size()};
  facts.has_classes = true;
  facts.tiers = {v1::ENGINE_REFERENCE, v1::ENGINE_TORCH};
  facts.own_tier = v1::ENGINE_TORCH;
  facts.batch_floats = batch * task.size() * task.size() * static_cast<uint64_t>(data.channels);
  facts.value_floats = batch * work.values;
  facts.flops = static_cast<double>(batch) * work.flops;
  facts.scaled = Widened;
  return facts;
}

}  // namespace paceline
