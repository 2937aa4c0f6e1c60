#include "common/task/vit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "common/task/flax_parts.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

constexpr char kEncoder[] = "params/Transformer";

ImageUse Images(const v1::Vit& task) {
  return {.dataset = task.dataset(), .size = task.size(), .options = task.images()};
}

// Class token, then the patches that fit: [example, position, width].
Value Embedded(NetworkBuilder& net, const v1::Vit& task, Value images) {
  const auto width = static_cast<int64_t>(task.width());
  const std::optional<Value> patches =
      FlaxPatches(net, "params/embedding", images, task.patch(), Padding::kValid, width);
  const Value token =
      net.Broadcast(net.Parameter("params/cls", {1, 1, width}, TensorKind::kEmbedding, {}),
                    {net.Shape(images)[0], 1, width});
  const Value x = patches ? net.Concat({token, *patches}, 1) : token;
  const Value positions = net.Parameter(fmt::format("{}/posembed_input/pos_embedding", kEncoder),
                                        {1, net.Shape(x)[1], width}, TensorKind::kEmbedding,
                                        {.kind = InitKind::kNormal, .scale = 0.02});
  return net.Dropout(net.Add(x, positions), task.dropout());
}

// x·w + b into heads; w [width, heads, size], b [heads, size].
Value IntoHeads(NetworkBuilder& net, const std::string& name, Value x, int64_t heads) {
  const int64_t width = net.Last(x), size = width / heads;
  const Value w = net.Parameter(name + "/kernel", {width, heads, size}, TensorKind::kHiddenWeights,
                                XavierUniform(width, width));
  const Value b = net.Parameter(name + "/bias", {heads, size}, TensorKind::kBias, {});
  return net.Dense(x, net.Reshape(w, {width, width}), b);
}

// The same out of them; w [heads, size, width].
Value OutOfHeads(NetworkBuilder& net, const std::string& name, Value x, int64_t heads) {
  const int64_t width = net.Last(x);
  const Value w = net.Parameter(name + "/kernel", {heads, width / heads, width},
                                TensorKind::kHiddenWeights, XavierUniform(width, width));
  const Value b = net.Parameter(name + "/bias", {width}, TensorKind::kBias, {});
  return net.Dense(x, net.Reshape(w, {width, width}), b);
}

Value Attended(NetworkBuilder& net, const v1::Vit& task, const std::string& block, Value x) {
  const std::string name = block + "/MultiHeadDotProductAttention_0";
  const int64_t heads = task.heads();
  const Value q = IntoHeads(net, name + "/query", x, heads);
  const Value k = IntoHeads(net, name + "/key", x, heads);
  const Value v = IntoHeads(net, name + "/value", x, heads);
  const double scale = 1 / std::sqrt(static_cast<double>(net.Last(x) / heads));
  const Value attended =
      net.Attention(q, k, v, {.count = heads, .scale = scale, .dropout = task.attention_dropout()});
  return net.Dropout(OutOfHeads(net, name + "/out", attended, heads), task.dropout());
}

Value Perceptron(NetworkBuilder& net, const v1::Vit& task, const std::string& block, Value x) {
  const int64_t width = net.Last(x), inner = task.mlp();
  const TensorInit kernel = XavierUniform(width, inner);
  const TensorInit bias = {.kind = InitKind::kNormal, .scale = 1e-6};
  x = FlaxDense(net, block + "/MlpBlock_0/Dense_0", x, inner, TensorKind::kHiddenWeights, kernel,
                bias);
  x = net.Dropout(net.Activate(x, v1::ACTIVATION_GELU), task.dropout());
  x = FlaxDense(net, block + "/MlpBlock_0/Dense_1", x, width, TensorKind::kHiddenWeights, kernel,
                bias);
  return net.Dropout(x, task.dropout());
}

Value Block(NetworkBuilder& net, const v1::Vit& task, const std::string& name, Value x) {
  x = net.Add(Attended(net, task, name, FlaxLayerNorm(net, name + "/LayerNorm_0", x)), x);
  return net.Add(x, Perceptron(net, task, name, FlaxLayerNorm(net, name + "/LayerNorm_1", x)));
}

Network Build(const v1::Task& any) {
  const v1::Vit& task = any.vit();
  NetworkBuilder net(task.batch());
  const int64_t classes = DatasetFactsOf(Images(task)).classes;
  const LabelledImages inputs = ImageInputs(net, Images(task));
  Value x = Embedded(net, task, inputs.images);
  for (uint32_t layer = 0; layer < task.layers(); ++layer) {
    x = Block(net, task, fmt::format("{}/encoderblock_{}", kEncoder, layer), x);
  }
  x = net.Flatten(
      net.Slice(FlaxLayerNorm(net, fmt::format("{}/encoder_norm", kEncoder), x), 1, 0, 1));
  return net.Finish(ClassifierCrossEntropy(net, FlaxHead(net, x, classes), inputs.labels),
                    ScaledMetaLoss(classes));
}

std::optional<DataUse> Data(const v1::Task& task) { return Images(task.vit()); }

std::string Text(const v1::Task& any) {
  const v1::Vit& task = any.vit();
  std::string text =
      fmt::format("patches {}x{}, {} layers of width {}, {} heads, mlp {}", task.patch(),
                  task.patch(), task.layers(), task.width(), task.heads(), task.mlp());
  if (task.dropout() > 0) text += fmt::format(", dropout {:g}", task.dropout());
  if (task.attention_dropout() > 0) {
    text += fmt::format(", attention dropout {:g}", task.attention_dropout());
  }
  return text + fmt::format(", batch {}", task.batch());
}

// Wider heads, as many.
v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  v1::Vit& vit = *scaled.mutable_vit();
  const uint32_t heads = std::max<uint32_t>(1, vit.heads());
  vit.set_width(heads * Scaled(vit.width() / heads, numerator, denominator));
  vit.set_mlp(Scaled(vit.mlp(), numerator, denominator));
  return scaled;
}

TaskFault Fault(const v1::Task& any) {
  const uint32_t width = any.vit().width(), heads = any.vit().heads();
  if (width % heads == 0) return {};
  const uint32_t below = width / heads * heads, above = below + heads;
  return {"width",
          fmt::format("is {}, no multiple of heads, which is {}; write {}", width, heads,
                      below == 0 ? std::to_string(above) : fmt::format("{} or {}", below, above))};
}

}  // namespace

const NetworkFamily kVitFamily = {.article_and_name = "a vit",
                                  .network = Build,
                                  .data = Data,
                                  .text = Text,
                                  .scaled = Widened,
                                  .fault = Fault};

}  // namespace paceline
