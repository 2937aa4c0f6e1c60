#include "common/task/table_mlp.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/task/mlp_layers.h"
#include "common/task/parts.h"

namespace paceline {
namespace {

// Mean of (output − target)². Targets have variance 1, so that 1 is what their mean has.
Network Regression(NetworkBuilder& net, Value outputs) {
  const Value targets = net.Input(InputKind::kTargets, {});
  const Value errors = net.Subtract(net.Reshape(outputs, net.Shape(targets)), targets);
  return net.Finish(net.MeanAll(net.Square(errors)), {.high = 10});
}

Network Build(const v1::Task& any) {
  const v1::TableMlp& task = any.table_mlp();
  const int64_t classes = task.table().classes();
  NetworkBuilder net(task.batch());
  const Value features = net.Input(InputKind::kFeatures, {task.table().features()});
  const Weights weights(net, task.init(), task.init_scale());
  const MlpLayers layers = {.hidden = {task.hidden().begin(), task.hidden().end()},
                            .activation = task.activation(),
                            .norm = task.norm()};
  const Value x = HiddenLayers(net, layers, features, weights);
  const Value outputs = OutputLayer(net, layers, x, classes == 0 ? 1 : classes, weights);
  if (classes == 0) return Regression(net, outputs);
  const Value labels = net.Input(InputKind::kLabels, {});
  return net.Finish(ClassifierCrossEntropy(net, outputs, labels), ClippedMetaLoss(classes));
}

std::optional<DataUse> Data(const v1::Task& task) { return task.table_mlp().table(); }

std::string Text(const v1::Task& any) {
  const v1::TableMlp& task = any.table_mlp();
  const v1::Table& table = task.table();
  std::string text = fmt::format("{} features, ", table.features());
  text += table.classes() == 0 ? "a number" : fmt::format("{} classes", table.classes());
  text += fmt::format(", hidden [{}], {}", fmt::join(task.hidden(), ", "),
                      EnumWord(v1::Activation_Name(task.activation()), "ACTIVATION_"));
  if (IsNormed(task.norm())) {
    text += ", " + EnumWord(v1::Norm_Name(task.norm()), "NORM_") + " norm";
  }
  return text + fmt::format(", batch {}", task.batch());
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  for (uint32_t& width : *scaled.mutable_table_mlp()->mutable_hidden()) {
    width = Scaled(width, numerator, denominator);
  }
  return scaled;
}

TaskFault Fault(const v1::Task& any) {
  if (any.table_mlp().table().classes() != 1) return {};
  return {"table.classes",
          "is 1, of which there is nothing to tell; write 2 or more, or 0 for a "
          "target that is a number"};
}

}  // namespace

const NetworkFamily kTableMlpFamily = {.article_and_name = "a table_mlp",
                                       .network = Build,
                                       .data = Data,
                                       .text = Text,
                                       .scaled = Widened,
                                       .fault = Fault};

}  // namespace paceline
