#include "common/task/image_mlp_network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "common/task/image_mlp.h"
#include "common/task/network_parts.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

bool IsNormed(const v1::ImageMlp& task) {
  return task.norm() == v1::NORM_LAYER || task.norm() == v1::NORM_BATCH;
}

bool IsSquared(const v1::ImageMlp& task) { return task.loss() == v1::CLASSIFIER_LOSS_MSE; }

bool IsMu(const v1::ImageMlp& task) { return task.parametrization() == v1::PARAMETRIZATION_MU; }

// The library writes layers with norms by hand, the others by its MLP: hence two ways of naming.
std::string LayerName(const v1::ImageMlp& task, int layer) {
  if (!IsNormed(task)) return fmt::format("mlp/~/linear_{}", layer);
  return layer == 0 ? "linear" : fmt::format("linear_{}", layer);
}

Value Normed(NetworkBuilder& net, const v1::ImageMlp& task, int layer, Value x) {
  if (!IsNormed(task)) return x;
  const std::string number = layer == 0 ? "" : fmt::format("_{}", layer);
  return task.norm() == v1::NORM_LAYER ? LayerNormed(net, "layer_norm" + number, x)
                                       : BatchNormed(net, "batch_norm" + number, x);
}

Value Hidden(NetworkBuilder& net, const v1::ImageMlp& task, int layer, Value x,
             const Weights& weights) {
  const auto out = static_cast<int64_t>(task.hidden(layer));
  x = Linear(net, LayerName(task, layer), x, out,
             layer == 0 ? TensorKind::kInputWeights : TensorKind::kHiddenWeights,
             weights.Of({net.Last(x), out}));
  return net.Activate(net.Dropout(Normed(net, task, layer, x), task.dropout()), task.activation());
}

Value Logits(NetworkBuilder& net, const v1::ImageMlp& task, Value x, int64_t classes,
             const Weights& weights) {
  const std::string name = LayerName(task, task.hidden_size());
  if (!IsMu(task)) {
    return Linear(net, name, x, classes, TensorKind::kOutputWeights,
                  weights.Of({net.Last(x), classes}));
  }
  const Value w =
      net.Parameter(name + "/w", {net.Last(x), classes}, TensorKind::kOutputWeights, {});
  const Value b =
      net.Parameter(name + "/b", {classes}, TensorKind::kBias, {.kind = InitKind::kNormal});
  return net.Affine(net.Dense(x, w, b), MlpOutputMultiplier(task.parametrization(), net.Last(x)),
                    0);
}

std::vector<double> Identity(int64_t size) {
  std::vector<double> values(static_cast<size_t>(size * size));
  for (int64_t i = 0; i < size; ++i) values[static_cast<size_t>(i * size + i)] = 1;
  return values;
}

// Mean over batch and classes of (logit − one-hot)².
Value SquaredError(NetworkBuilder& net, Value logits, Value labels, int64_t classes) {
  net.Classes(logits, labels);
  const Value one_hot = net.Embed(labels, net.Constant({classes, classes}, Identity(classes)));
  return net.MeanAll(net.Square(net.Subtract(logits, one_hot)));
}

Network Build(const v1::Task& any) {
  const v1::ImageMlp& task = any.image_mlp();
  NetworkBuilder net(task.batch());
  const int64_t classes = DatasetFactsOf(Images(task)).classes;
  const LabelledImages inputs = ImageInputs(net, Images(task));
  const Weights weights(net, task.init(), task.init_scale());
  Value x = net.Flatten(inputs.images);
  for (int layer = 0; layer < task.hidden_size(); ++layer) {
    x = Hidden(net, task, layer, x, weights);
  }
  const Value logits = Logits(net, task, x, classes, weights);
  if (IsSquared(task)) {
    return net.Finish(SquaredError(net, logits, inputs.labels, classes), SquaredErrorMetaLoss());
  }
  return net.Finish(ClassifierCrossEntropy(net, logits, inputs.labels),
                    ClassifierMetaLoss(task.meta_loss(), classes));
}

std::optional<DataUse> Data(const v1::Task& task) { return Images(task.image_mlp()); }

std::string Text(const v1::Task& any) {
  const v1::ImageMlp& task = any.image_mlp();
  std::string text = fmt::format("hidden [{}], {}", fmt::join(task.hidden(), ", "),
                                 EnumWord(v1::Activation_Name(task.activation()), "ACTIVATION_"));
  if (IsNormed(task)) text += ", " + EnumWord(v1::Norm_Name(task.norm()), "NORM_") + " norm";
  if (task.dropout() > 0) text += fmt::format(", dropout {:g}", task.dropout());
  if (IsSquared(task)) text += ", squared error";
  return text + fmt::format(", batch {}", task.batch());
}

}  // namespace

bool IsPlainMlp(const v1::ImageMlp& task) {
  const bool drawn =
      task.activation() == v1::ACTIVATION_ANY || task.init() > v1::INITIALIZER_STANDARD;
  return !IsNormed(task) && !IsSquared(task) && !drawn && task.dropout() == 0 &&
         task.meta_loss() != v1::META_LOSS_PARAMETRIC;
}

const NetworkFamily kImageMlpFamily = {"an image_mlp", Build, Data, Text, WidenedMlp};

}  // namespace paceline
