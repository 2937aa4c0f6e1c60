#include "common/task/random_graphs.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/noise/streams.h"

namespace paceline {
namespace {

// Numbers 0, ..., count − 1, each as likely, one word of the stream each.
Value WholeNumbers(NetworkBuilder& net, const Extents& shape, int64_t count) {
  const auto fill = [count](const DrawPlace& place, std::span<float> out) {
    std::vector<uint32_t> indices(out.size());
    FillIndices(place.stream, place.first, static_cast<uint32_t>(count), indices);
    std::ranges::copy(indices, out.begin());
  };
  return net.Made(shape, static_cast<uint64_t>(ElementsOf(shape)), fill);
}

uint64_t PairsOf(const BlockModel& model) {
  return static_cast<uint64_t>(model.nodes * (model.nodes - 1) / 2);
}

// A of one graph. communities [node]; words: one for each pair i < j, in the order of i, then j.
void JoinNodes(const JoinProbabilities& probabilities, std::span<const float> communities,
               std::span<const uint32_t> words, std::span<float> adjacency) {
  const size_t nodes = communities.size();
  auto word = words.begin();
  for (size_t i = 0; i < nodes; ++i) {
    adjacency[i * nodes + i] = 0;
    for (size_t j = i + 1; j < nodes; ++j) {
      const bool same = communities[i] == communities[j];
      const double probability = same ? probabilities.within : probabilities.across;
      const float edge = *word++ * 0x1p-32 < probability ? 1 : 0;
      adjacency[i * nodes + j] = adjacency[j * nodes + i] = edge;
    }
  }
}

// A → D^−½·(A + I)·D^−½ of one graph.
void Normalise(size_t nodes, std::span<float> adjacency) {
  std::vector<double> degrees(nodes, 1);
  for (size_t i = 0; i < nodes; ++i) {
    adjacency[i * nodes + i] = 1;
    for (size_t j = 0; j < nodes; ++j) degrees[i] += i == j ? 0 : adjacency[i * nodes + j];
  }
  for (size_t i = 0; i < nodes; ++i) {
    for (size_t j = 0; j < nodes; ++j) {
      float& own = adjacency[i * nodes + j];
      if (own != 0) own = static_cast<float>(1 / std::sqrt(degrees[i] * degrees[j]));
    }
  }
}

// The draws before it end with the communities [graph, node]; before those, if there are classes,
// the classes [graph].
void FillAdjacency(const BlockModel& model, const DrawPlace& place, std::span<float> out) {
  const auto graphs = static_cast<size_t>(model.graphs), nodes = static_cast<size_t>(model.nodes);
  const std::span<const float> communities = place.before.last(graphs * nodes);
  const float* const classes =
      model.classes == 0 ? nullptr : place.before.last(graphs * nodes + graphs).data();
  std::vector<uint32_t> words(PairsOf(model));
  for (size_t graph = 0; graph < graphs; ++graph) {
    double homophily = model.homophily;
    if (classes != nullptr) homophily *= classes[graph] / static_cast<double>(model.classes - 1);
    FillWords(place.stream, place.first + graph * words.size(), words);
    const std::span<float> own = out.subspan(graph * nodes * nodes, nodes * nodes);
    JoinNodes(JoinProbabilitiesOf(model, homophily), communities.subspan(graph * nodes, nodes),
              words, own);
    if (model.normalised) Normalise(nodes, own);
  }
}

}  // namespace

JoinProbabilities JoinProbabilitiesOf(const BlockModel& model, double homophily) {
  const double mean = model.degree / static_cast<double>(model.nodes - 1);
  const double across = (1 - homophily) * mean;
  return {.within = across + homophily * static_cast<double>(model.communities) * mean,
          .across = across};
}

Graphs DrawGraphs(NetworkBuilder& net, const BlockModel& model) {
  Graphs graphs;
  if (model.classes > 0) {
    graphs.classes = net.Tokens(WholeNumbers(net, {model.graphs}, model.classes), model.classes);
  }
  const Value communities = WholeNumbers(net, {model.graphs, model.nodes}, model.communities);
  graphs.communities = net.Tokens(communities, model.communities);
  const auto fill = [model](const DrawPlace& place, std::span<float> out) {
    FillAdjacency(model, place, out);
  };
  graphs.adjacency = net.Made({model.graphs, model.nodes, model.nodes},
                              static_cast<uint64_t>(model.graphs) * PairsOf(model), fill);
  return graphs;
}

}  // namespace paceline
