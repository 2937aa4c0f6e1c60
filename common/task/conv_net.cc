#include "common/task/conv_net.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/task/network_parts.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

constexpr int64_t kKernel = 3;

ImageUse Images(const v1::ConvNet& task) {
  return {.dataset = task.dataset(), .size = task.size(), .options = task.images()};
}

std::string Numbered(const std::string& name, int number) {
  return number == 0 ? name : fmt::format("{}_{}", name, number);
}

int64_t Stride(const v1::ConvNet& task, int layer) {
  if (layer < task.strides_size()) return task.strides(layer);
  return task.strides_size() == 0 && layer == 0 ? 2 : 1;
}

Value Normed(NetworkBuilder& net, v1::Norm norm, int layer, Value x) {
  switch (norm) {
    case v1::NORM_LAYER:
      return LayerNormed(net, Numbered("layer_norm", layer), x);
    case v1::NORM_BATCH:
      return BatchNormed(net, Numbered("batch_norm", layer), x);
    case v1::NORM_NONE:
    case v1::NORM_UNSPECIFIED:
    case v1::Norm_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Norm_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return x;
}

Value Layer(NetworkBuilder& net, const v1::ConvNet& task, int layer, Value x,
            const Weights& weights) {
  const std::string name = Numbered("conv2_d", layer);
  const auto out = static_cast<int64_t>(task.channels(layer));
  const Extents shape = {kKernel, kKernel, net.Last(x), out};
  const Value w = net.Parameter(name + "/w", shape,
                                layer == 0 ? TensorKind::kInputWeights : TensorKind::kHiddenWeights,
                                weights.Of(shape));
  const Value b = net.Parameter(name + "/b", {out}, TensorKind::kBias, {});
  x = net.Conv(x, w, {.size = kKernel, .stride = Stride(task, layer)}, b);
  x = Normed(net, task.norm(), layer, net.Activate(x, task.activation()));
  const Window pool = {.size = 2, .stride = 2, .padding = Padding::kSame};
  if (task.layer_pool() == v1::LAYER_POOL_AVG) return net.MeanPool(x, pool);
  if (task.layer_pool() == v1::LAYER_POOL_MAX) return net.MaxPool(x, pool);
  return x;
}

// One value per channel, or all.
Value Pooled(NetworkBuilder& net, v1::Pool pool, Value x) {
  if (pool == v1::POOL_FLATTEN) return net.Flatten(x);
  if (pool != v1::POOL_MAX) return net.Mean(x, {1, 2});
  const Window all = {
      .size = net.Shape(x)[1], .stride = net.Shape(x)[1], .padding = Padding::kValid};
  return net.Flatten(net.MaxPool(x, all));
}

Network Build(const v1::Task& any) {
  const v1::ConvNet& task = any.conv_net();
  NetworkBuilder net(task.batch());
  const int64_t classes = DatasetFactsOf(Images(task)).classes;
  const LabelledImages inputs = ImageInputs(net, Images(task));
  const Weights weights(net, task.init(), task.init_scale());
  Value x = inputs.images;
  for (int layer = 0; layer < task.channels_size(); ++layer) {
    x = Layer(net, task, layer, x, weights);
  }
  x = Pooled(net, task.pool(), x);
  const Value logits = Linear(net, "linear", x, classes, TensorKind::kOutputWeights,
                              StandardWeights({net.Last(x), classes}));
  return net.Finish(ClassifierCrossEntropy(net, logits, inputs.labels),
                    ClassifierMetaLoss(task.meta_loss(), classes));
}

std::optional<DataUse> Data(const v1::Task& task) { return Images(task.conv_net()); }

std::string Text(const v1::Task& any) {
  const v1::ConvNet& task = any.conv_net();
  return fmt::format("convolutions [{}], {}, {} pool, batch {}", fmt::join(task.channels(), ", "),
                     EnumWord(v1::Activation_Name(task.activation()), "ACTIVATION_"),
                     EnumWord(v1::Pool_Name(task.pool()), "POOL_"), task.batch());
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  for (uint32_t& width : *scaled.mutable_conv_net()->mutable_channels()) {
    width = Scaled(width, numerator, denominator);
  }
  return scaled;
}

}  // namespace

const NetworkFamily kConvNetFamily = {"a conv_net", Build, Data, Text, Widened};

}  // namespace paceline
