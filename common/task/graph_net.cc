#include "common/task/graph_net.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "common/task/network_parts.h"
#include "common/task/parts.h"
#include "common/task/random_graphs.h"

namespace paceline {
namespace {

bool IsOfNodes(const v1::GraphNet& task) { return task.target() != v1::GRAPH_TARGET_GRAPH; }

int64_t ClassesOf(const v1::GraphNet& task) {
  return IsOfNodes(task) ? task.communities() : task.classes();
}

BlockModel ModelOf(const v1::GraphNet& task) {
  return {.graphs = task.batch(),
          .nodes = task.nodes(),
          .communities = task.communities(),
          .degree = task.degree(),
          .homophily = task.homophily(),
          .classes = IsOfNodes(task) ? 0 : task.classes(),
          .normalised = task.layer() != v1::GRAPH_LAYER_MESSAGE_PASSING};
}

// What layers have in common.
struct Layers {
  NetworkBuilder& net;
  v1::Activation activation;
  Weights weights;
  Value adjacency;  // [graph, node, node]

  Value Linear(const std::string& name, Value x, int64_t out, TensorKind kind) {
    return paceline::Linear(net, name, x, out, kind, weights.Of({net.Last(x), out}));
  }
  Value Activate(Value x) { return net.Activate(x, activation); }
};

TensorKind KindOf(int layer) {
  return layer == 0 ? TensorKind::kInputWeights : TensorKind::kHiddenWeights;
}

// h [graph, node, in] → [graph, node, width]; the formulas are in task.proto.
Value Convolved(Layers& layers, int number, Value h, int64_t width) {
  NetworkBuilder& net = layers.net;
  const std::string name = fmt::format("gcn/~/layer_{}", number);
  const Extents shape = {net.Last(h), width};
  const Value w = net.Parameter(name + "/w", shape, KindOf(number), layers.weights.Of(shape));
  const Value b = net.Parameter(name + "/b", {width}, TensorKind::kBias, {});
  return layers.Activate(net.Add(net.Product(layers.adjacency, net.Dense(h, w)), b));
}

// Σ over neighbours j of act(h·w_s + h_j·w_r + c), [graph, node, width].
Value Messages(Layers& layers, const std::string& name, int number, Value h, int64_t width) {
  NetworkBuilder& net = layers.net;
  const int64_t graphs = net.Shape(h)[0], nodes = net.Shape(h)[1];
  const Value own = layers.Linear(name + "/own", h, width, KindOf(number));
  const Extents shape = {net.Last(h), width};
  const Value w =
      net.Parameter(name + "/neighbour/w", shape, KindOf(number), layers.weights.Of(shape));
  const Value other = net.Dense(h, w);
  // [graph, node, neighbour, width]
  const Value pairs = layers.Activate(net.Add(net.Reshape(own, {graphs, nodes, 1, width}),
                                              net.Reshape(other, {graphs, 1, nodes, width})));
  const Value rows = net.Reshape(layers.adjacency, {graphs, nodes, 1, nodes});
  return net.Reshape(net.Product(rows, pairs), {graphs, nodes, width});
}

Value Updated(Layers& layers, int number, Value h, int64_t width) {
  const std::string name = fmt::format("message_passing/~/layer_{}", number);
  const Value messages = Messages(layers, name, number, h, width);
  const Value both = layers.net.Concat({h, messages}, 2);
  return layers.Activate(layers.Linear(name + "/update", both, width, TensorKind::kHiddenWeights));
}

// N(0, noise²) around the community's, [graph, node, feature].
Value Features(NetworkBuilder& net, const v1::GraphNet& task, Value communities) {
  const int64_t features = task.features();
  const Value means = net.EpisodeNormals({static_cast<int64_t>(task.communities()), features});
  const Value noise = net.Normals({net.batch(), static_cast<int64_t>(task.nodes()), features});
  return net.Add(net.Embed(communities, means), net.Affine(noise, task.noise(), 0));
}

Network Build(const v1::Task& any) {
  const v1::GraphNet& task = any.graph_net();
  NetworkBuilder net(task.batch());
  const Graphs graphs = DrawGraphs(net, ModelOf(task));
  Value h = Features(net, task, graphs.communities);
  Layers layers = {.net = net,
                   .activation = task.activation(),
                   .weights = Weights(net, task.init(), task.init_scale()),
                   .adjacency = graphs.adjacency};
  for (int i = 0; i < task.hidden_size(); ++i) {
    const bool messages = task.layer() == v1::GRAPH_LAYER_MESSAGE_PASSING;
    h = messages ? Updated(layers, i, h, task.hidden(i)) : Convolved(layers, i, h, task.hidden(i));
  }
  if (!IsOfNodes(task)) h = net.Mean(h, {1});
  const Value logits = layers.Linear("head", h, ClassesOf(task), TensorKind::kOutputWeights);
  const Value labels = IsOfNodes(task) ? graphs.communities : graphs.classes;
  net.Classes(logits, labels);
  return net.Finish(net.MeanAll(net.CrossEntropy(logits, labels)),
                    ClassifierMetaLoss(task.meta_loss(), ClassesOf(task)));
}

// Its graphs are made.
std::optional<DataUse> Data(const v1::Task&) { return std::nullopt; }

std::string Text(const v1::Task& any) {
  const v1::GraphNet& task = any.graph_net();
  std::string text =
      fmt::format("{} of {}s, {} nodes in {} communities, degree {:g}, homophily {:g}",
                  EnumWord(v1::GraphLayer_Name(task.layer()), "GRAPH_LAYER_"),
                  EnumWord(v1::GraphTarget_Name(task.target()), "GRAPH_TARGET_"), task.nodes(),
                  task.communities(), task.degree(), task.homophily());
  if (!IsOfNodes(task)) text += fmt::format(", {} classes", task.classes());
  return text + fmt::format(", {} features with noise {:g}, hidden [{}], {}, batch {}",
                            task.features(), task.noise(), fmt::join(task.hidden(), ", "),
                            EnumWord(v1::Activation_Name(task.activation()), "ACTIVATION_"),
                            task.batch());
}

v1::Task Widened(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  v1::Task scaled = task;
  for (uint32_t& width : *scaled.mutable_graph_net()->mutable_hidden()) {
    width = Scaled(width, numerator, denominator);
  }
  return scaled;
}

TaskFault Fault(const v1::Task& any) {
  const v1::GraphNet& task = any.graph_net();
  constexpr double kRounding = 1e-9;
  const double within = JoinProbabilitiesOf(ModelOf(task), task.homophily()).within;
  if (within > 1 + kRounding) {
    return {"degree",
            fmt::format("is {:g}, for which two nodes of one community would be joined with "
                        "probability {:.3g}; write at most {:g}, less homophily, fewer "
                        "communities or more nodes",
                        task.degree(), within, std::floor(1000 * task.degree() / within) / 1000)};
  }
  if (!IsOfNodes(task) && task.homophily() == 0) {
    return {"homophily",
            "is 0, and target is graph, whose classes differ in it alone; write more than 0"};
  }
  return {};
}

}  // namespace

const NetworkFamily kGraphNetFamily = {.article_and_name = "a graph_net",
                                       .network = Build,
                                       .data = Data,
                                       .text = Text,
                                       .scaled = Widened,
                                       .fault = Fault};

}  // namespace paceline
