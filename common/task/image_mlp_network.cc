#include "common/task/image_mlp_network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "common/task/image_mlp.h"
#include "common/task/mlp_layers.h"
#include "common/task/network_parts.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

// The one-hot rows of more would be a table of gigabytes.
constexpr int64_t kMostSquaredClasses = 4096;

bool IsSquared(const v1::ImageMlp& task) { return task.loss() == v1::CLASSIFIER_LOSS_MSE; }

int64_t ClassesOf(const v1::ImageMlp& task) { return DatasetFactsOf(Images(task)).classes; }

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
  const int64_t classes = ClassesOf(task);
  const LabelledImages inputs = ImageInputs(net, Images(task));
  const Weights weights(net, task.init(), task.init_scale());
  const MlpLayers layers = {.hidden = {task.hidden().begin(), task.hidden().end()},
                            .activation = task.activation(),
                            .norm = task.norm(),
                            .dropout = task.dropout()};
  const Value x = HiddenLayers(net, layers, net.Flatten(inputs.images), weights);
  const Value logits = OutputLayer(net, layers, x, classes, weights);
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
  if (IsNormed(task.norm())) {
    text += ", " + EnumWord(v1::Norm_Name(task.norm()), "NORM_") + " norm";
  }
  if (task.dropout() > 0) text += fmt::format(", dropout {:g}", task.dropout());
  if (IsSquared(task)) text += ", squared error";
  return text + fmt::format(", batch {}", task.batch());
}

TaskFault Fault(const v1::Task& any) {
  const v1::ImageMlp& task = any.image_mlp();
  if (task.parametrization() == v1::PARAMETRIZATION_MU) {
    return {"parametrization",
            "is mu, which is for an MLP without norm, dropout, mse, parametric meta_loss or drawn "
            "activation and of standard init; write standard, or leave those out"};
  }
  if (IsSquared(task) && ClassesOf(task) > kMostSquaredClasses) {
    return {"loss", fmt::format("is mse of {} classes, and {} are the most; write cross_entropy",
                                ClassesOf(task), kMostSquaredClasses)};
  }
  return {};
}

}  // namespace

bool IsPlainMlp(const v1::ImageMlp& task) {
  const bool drawn =
      task.activation() == v1::ACTIVATION_ANY || task.init() > v1::INITIALIZER_STANDARD;
  return !IsNormed(task.norm()) && !IsSquared(task) && !drawn && task.dropout() == 0 &&
         task.meta_loss() != v1::META_LOSS_PARAMETRIC;
}

const NetworkFamily kImageMlpFamily = {.article_and_name = "an image_mlp",
                                       .network = Build,
                                       .data = Data,
                                       .text = Text,
                                       .scaled = WidenedMlp,
                                       .fault = Fault};

}  // namespace paceline
