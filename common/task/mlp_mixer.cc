#include "common/task/mlp_mixer.h"

#include <fmt/format.h>

#include "common/task/flax_parts.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

ImageUse Images(const v1::MlpMixer& task) {
  return {.dataset = task.dataset(), .size = task.size(), .options = task.images()};
}

// Over the last axis, whose extent it keeps.
Value Perceptron(NetworkBuilder& net, const std::string& name, Value x, int64_t inner) {
  const int64_t width = net.Last(x);
  x = FlaxDense(net, name + "/Dense_0", x, inner, TensorKind::kHiddenWeights, LecunNormal(width));
  x = net.Activate(x, v1::ACTIVATION_GELU);
  return FlaxDense(net, name + "/Dense_1", x, width, TensorKind::kHiddenWeights,
                   LecunNormal(inner));
}

// x [example, patch, width]
Value Block(NetworkBuilder& net, const v1::MlpMixer& task, const std::string& name, Value x) {
  const Value tokens = net.Transpose(FlaxLayerNorm(net, name + "/LayerNorm_0", x), 1, 2);
  const Value mixed = Perceptron(net, name + "/token_mixing", tokens, task.tokens_mlp());
  x = net.Add(x, net.Transpose(mixed, 1, 2));
  const Value channels = FlaxLayerNorm(net, name + "/LayerNorm_1", x);
  return net.Add(x, Perceptron(net, name + "/channel_mixing", channels, task.channels_mlp()));
}

Network Build(const v1::Task& any) {
  const v1::MlpMixer& task = any.mlp_mixer();
  NetworkBuilder net(task.batch());
  const int64_t classes = DatasetFactsOf(Images(task)).classes;
  const LabelledImages inputs = ImageInputs(net, Images(task));
  // SAME windows always fit.
  Value x =
      *FlaxPatches(net, "params/stem", inputs.images, task.patch(), Padding::kSame, task.width());
  for (uint32_t block = 0; block < task.blocks(); ++block) {
    x = Block(net, task, fmt::format("params/MixerBlock_{}", block), x);
  }
  x = net.Mean(FlaxLayerNorm(net, "params/pre_head_layer_norm", x), {1});
  return net.Finish(ClassifierCrossEntropy(net, FlaxHead(net, x, classes), inputs.labels),
                    ScaledMetaLoss(classes));
}

std::optional<DataUse> Data(const v1::Task& task) { return Images(task.mlp_mixer()); }

std::string Text(const v1::Task& any) {
  const v1::MlpMixer& task = any.mlp_mixer();
  return fmt::format("patches {}x{}, {} blocks of width {}, mlps {} and {}, batch {}", task.patch(),
                     task.patch(), task.blocks(), task.width(), task.tokens_mlp(),
                     task.channels_mlp(), task.batch());
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  v1::MlpMixer& mixer = *scaled.mutable_mlp_mixer();
  mixer.set_width(Scaled(mixer.width(), numerator, denominator));
  mixer.set_tokens_mlp(Scaled(mixer.tokens_mlp(), numerator, denominator));
  mixer.set_channels_mlp(Scaled(mixer.channels_mlp(), numerator, denominator));
  return scaled;
}

}  // namespace

const NetworkFamily kMlpMixerFamily = {.article_and_name = "an mlp_mixer",
                                       .network = Build,
                                       .data = Data,
                                       .text = Text,
                                       .scaled = Widened};

}  // namespace paceline
