// Random graphs have the statistics that their model says, layers are their papers' formulas, and a
// network learns from graphs what chance does not know.
#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "tests/worker/task/network/made_task.h"
#include "worker/network/torch/evaluate.h"
#include "worker/network/torch/plain.h"

namespace paceline {
namespace {

constexpr RunSeed kSeed = {.key = 7, .particle = 3, .episode = 5};

struct Model {
  std::string layer = "GCN", target = "NODE";
  int nodes = 40, communities = 4, batch = 16;
  double degree = 6, homophily = 0.8, noise = 1;
  int classes = 2, features = 4;
  std::string hidden = "[8]";
};

std::string TextOf(const Model& m) {
  return "graph_net { layer: GRAPH_LAYER_" + m.layer + " target: GRAPH_TARGET_" + m.target +
         " nodes: " + std::to_string(m.nodes) + " communities: " + std::to_string(m.communities) +
         " degree: " + std::to_string(m.degree) + " homophily: " + std::to_string(m.homophily) +
         " features: " + std::to_string(m.features) + " noise: " + std::to_string(m.noise) +
         " classes: " + std::to_string(m.classes) + " hidden: " + m.hidden +
         " activation: ACTIVATION_RELU batch: " + std::to_string(m.batch) +
         " init: INITIALIZER_STANDARD init_scale: 1 meta_loss: META_LOSS_FIXED }";
}

// Of one step: what its draws are, one after the other.
struct Drawn {
  std::vector<float> classes;      // [graph], of target graph
  std::vector<float> communities;  // [graph, node]
  std::vector<float> adjacency;    // [graph, node, node]
  std::vector<float> noise;        // [graph, node, feature]
};

Drawn DrawnBy(const Model& m, const std::vector<float>& draws) {
  Drawn drawn;
  auto at = draws.begin();
  const auto take = [&](int64_t count, std::vector<float>& to) {
    to.assign(at, at + count);
    at += count;
  };
  if (m.target == "GRAPH") take(m.batch, drawn.classes);
  take(int64_t{m.batch} * m.nodes, drawn.communities);
  take(int64_t{m.batch} * m.nodes * m.nodes, drawn.adjacency);
  take(int64_t{m.batch} * m.nodes * m.features, drawn.noise);
  EXPECT_EQ(at, draws.end());
  return drawn;
}

// Sums over graphs; of all, or of those of one class.
struct Edges {
  double nodes = 0, ends = 0, ends_within = 0;

  void Add(const Model& m, const Drawn& drawn, int graph) {
    const auto n = static_cast<size_t>(m.nodes);
    const float* const community = &drawn.communities[static_cast<size_t>(graph) * n];
    const float* const joined = &drawn.adjacency[static_cast<size_t>(graph) * n * n];
    nodes += m.nodes;
    for (size_t i = 0; i < n; ++i) {
      ASSERT_EQ(joined[i * n + i], 0) << "a loop";
      for (size_t j = 0; j < n; ++j) {
        ASSERT_EQ(joined[i * n + j], joined[j * n + i]);
        ASSERT_TRUE(joined[i * n + j] == 0 || joined[i * n + j] == 1);
        ends += joined[i * n + j];
        ends_within += community[i] == community[j] ? joined[i * n + j] : 0;
      }
    }
  }
  double degree() const { return ends / nodes; }
  double within() const { return ends_within / ends; }
};

TEST(RandomGraphs, DegreesAndCommunitiesAreThoseOfTheModel) {
  for (const double homophily : {0.0, 0.5, 1.0}) {
    SCOPED_TRACE(homophily);
    Model m{.layer = "MESSAGE_PASSING", .batch = 64, .homophily = homophily};
    const auto task = testing::MakeMadeTask(TextOf(m));
    Edges edges;
    std::vector<double> members(4);
    for (int step = 0; step < 8; ++step) {
      const Drawn drawn = DrawnBy(m, task->network_task()->Inputs(kSeed, step).draws);
      for (int graph = 0; graph < m.batch; ++graph) edges.Add(m, drawn, graph);
      for (const float community : drawn.communities) ++members.at(static_cast<size_t>(community));
    }
    // Half as many edges as ends; four standard errors. Graphs differ by their communities' sizes
    // too.
    EXPECT_NEAR(edges.degree(), m.degree, 4 * m.degree / std::sqrt(edges.ends / 2) + 0.05);
    const double within = homophily + (1 - homophily) / m.communities;
    EXPECT_NEAR(edges.within(), within, 4 * std::sqrt(0.25 / (edges.ends / 2)) + 0.005);
    for (const double count : members) {
      EXPECT_NEAR(count / edges.nodes, 0.25, 4 * std::sqrt(0.25 * 0.75 / edges.nodes));
    }
  }
}

TEST(RandomGraphs, AClassHasItsPartOfTheHomophily) {
  const Model m{.layer = "MESSAGE_PASSING", .target = "GRAPH", .batch = 96, .classes = 3};
  const auto task = testing::MakeMadeTask(TextOf(m));
  std::vector<Edges> edges(3);
  for (int step = 0; step < 8; ++step) {
    const Drawn drawn = DrawnBy(m, task->network_task()->Inputs(kSeed, step).draws);
    for (int graph = 0; graph < m.batch; ++graph) {
      edges.at(static_cast<size_t>(drawn.classes[static_cast<size_t>(graph)])).Add(m, drawn, graph);
    }
  }
  for (int c = 0; c < 3; ++c) {
    const Edges& own = edges[static_cast<size_t>(c)];
    const double homophily = m.homophily * c / 2;
    EXPECT_NEAR(own.within(), homophily + (1 - homophily) / m.communities, 0.02) << c;
    EXPECT_NEAR(own.degree(), m.degree, 0.15) << c;
    EXPECT_NEAR(own.nodes / m.nodes / (8 * m.batch), 1.0 / 3, 4 * std::sqrt(2.0 / 9 / (8 * 96)));
  }
}

TEST(RandomGraphs, EveryBatchOfEverySplitIsAnother) {
  const auto task = testing::MakeMadeTask(TextOf({.batch = 2}));
  const NetworkTask& own = *task->network_task();
  std::vector<std::vector<float>> draws = {own.Inputs(kSeed, 0).draws, own.Inputs(kSeed, 1).draws};
  for (const Purpose purpose : {Purpose::kHeldOutBatch, Purpose::kFinalBatch}) {
    for (const Split split :
         {Split::kTrain, Split::kInnerValid, Split::kOuterValid, Split::kTest}) {
      for (const int64_t number : {0, 1, 2}) {
        const FreshBatch batch = {.split = split, .purpose = purpose, .number = number};
        draws.push_back(own.Inputs(kSeed, batch).draws);
        EXPECT_EQ(own.Inputs(kSeed, batch).draws, draws.back());
      }
    }
  }
  for (size_t i = 0; i < draws.size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_NE(draws[i], draws[j]) << i << " and " << j;
  }
}

// ---- the loss by loops, in double ----

using Rows = std::vector<std::vector<double>>;  // [node][feature]

class Loops {
 public:
  Loops(const NetworkTask& task, const std::vector<float>& parameters)
      : network_(task.network()), parameters_(parameters) {}

  // x·w (+ b); the tensor "<name>/w" and, if there is one, "<name>/b".
  Rows Linear(const std::string& name, const Rows& x) const {
    const auto [w, in, out] = Tensor(name + "/w");
    const auto bias = Tensor(name + "/b");
    Rows y(x.size(), std::vector<double>(out));
    for (size_t i = 0; i < x.size(); ++i) {
      EXPECT_EQ(x[i].size(), in);
      for (size_t o = 0; o < out; ++o) {
        y[i][o] = bias.values == nullptr ? 0 : bias.values[o];
        for (size_t k = 0; k < in; ++k) y[i][o] += x[i][k] * w[k * out + o];
      }
    }
    return y;
  }
  static double Relu(double x) { return x > 0 ? x : 0; }

  // adjacency [node][node] of the graph, without loops.
  Rows Convolve(const std::string& name, const Rows& h, const Rows& adjacency) const {
    const size_t n = h.size();
    std::vector<double> degree(n, 1);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) degree[i] += adjacency[i][j];
    }
    const auto w = Tensor(name + "/w");
    const auto b = Tensor(name + "/b");
    Rows y(n, std::vector<double>(w.out));
    for (size_t i = 0; i < n; ++i) {
      for (size_t o = 0; o < w.out; ++o) {
        double sum = b.values[o];
        for (size_t j = 0; j < n; ++j) {
          const double joined = i == j ? 1 : adjacency[i][j];
          for (size_t k = 0; k < w.in; ++k) {
            sum += joined / std::sqrt(degree[i] * degree[j]) * h[j][k] * w.values[k * w.out + o];
          }
        }
        y[i][o] = Relu(sum);
      }
    }
    return y;
  }

  Rows PassMessages(const std::string& name, const Rows& h, const Rows& adjacency) const {
    const Rows own = Linear(name + "/own", h), other = Linear(name + "/neighbour", h);
    Rows both = h;
    for (size_t i = 0; i < h.size(); ++i) {
      for (size_t o = 0; o < own[i].size(); ++o) {
        double sum = 0;
        for (size_t j = 0; j < h.size(); ++j)
          sum += adjacency[i][j] * Relu(own[i][o] + other[j][o]);
        both[i].push_back(sum);
      }
    }
    Rows y = Linear(name + "/update", both);
    for (std::vector<double>& row : y) {
      for (double& value : row) value = Relu(value);
    }
    return y;
  }

 private:
  struct Weights {
    const float* values = nullptr;
    size_t in = 0, out = 0;
  };
  Weights Tensor(const std::string& name) const {
    for (const ParameterTensor& tensor : network_.tensors) {
      if (tensor.name != name) continue;
      return {parameters_.data() + tensor.offset, static_cast<size_t>(tensor.shape.front()),
              static_cast<size_t>(tensor.shape.back())};
    }
    return {};
  }

  const Network& network_;
  const std::vector<float>& parameters_;
};

double CrossEntropy(const std::vector<double>& logits, float label) {
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit);
  return std::log(sum) - logits.at(static_cast<size_t>(label));
}

// plain: the draws of the same model whose layers are message passing, which has A as it is.
double LossByLoops(const Model& m, const NetworkTask& task, const std::vector<float>& parameters,
                   const NetworkInputs& inputs, const Drawn& plain) {
  const Loops loops(task, parameters);
  const auto n = static_cast<size_t>(m.nodes), features = static_cast<size_t>(m.features);
  double total = 0;
  int count = 0;
  for (size_t graph = 0; graph < static_cast<size_t>(m.batch); ++graph) {
    Rows h(n, std::vector<double>(features)), adjacency(n, std::vector<double>(n));
    for (size_t i = 0; i < n; ++i) {
      const auto community = static_cast<size_t>(plain.communities[graph * n + i]);
      for (size_t k = 0; k < features; ++k) {
        h[i][k] = inputs.episode[community * features + k] +
                  m.noise * plain.noise[(graph * n + i) * features + k];
      }
      for (size_t j = 0; j < n; ++j) adjacency[i][j] = plain.adjacency[(graph * n + i) * n + j];
    }
    for (const char* layer : {"layer_0", "layer_1"}) {
      h = m.layer == "GCN"
              ? loops.Convolve(std::string("gcn/~/") + layer, h, adjacency)
              : loops.PassMessages(std::string("message_passing/~/") + layer, h, adjacency);
    }
    if (m.target == "NODE") {
      const Rows logits = loops.Linear("head", h);
      for (size_t i = 0; i < n; ++i, ++count) {
        total += CrossEntropy(logits[i], plain.communities[graph * n + i]);
      }
      continue;
    }
    Rows mean(1, std::vector<double>(h[0].size()));
    for (const std::vector<double>& row : h) {
      for (size_t o = 0; o < row.size(); ++o) mean[0][o] += row[o] / m.nodes;
    }
    total += CrossEntropy(loops.Linear("head", mean)[0], plain.classes[graph]);
    ++count;
  }
  return total / count;
}

TEST(GraphNet, LayersAreTheFormulasOfTheirPapers) {
  for (const char* layer : {"GCN", "MESSAGE_PASSING"}) {
    for (const char* target : {"NODE", "GRAPH"}) {
      SCOPED_TRACE(std::string(layer) + " " + target);
      Model m{.layer = layer, .target = target, .nodes = 9, .communities = 2, .batch = 3};
      m.degree = 3;
      m.hidden = "[5, 6]";
      const auto task = testing::MakeMadeTask(TextOf(m));
      const NetworkTask& own = *task->network_task();
      Model plain = m;
      plain.layer = "MESSAGE_PASSING";
      const auto other = testing::MakeMadeTask(TextOf(plain));
      std::vector<float> parameters(task->parameter_count()), noise(parameters.size());
      task->SampleInitial(kSeed, parameters);
      FillNormals({.key = 9}, 0, noise);
      for (size_t i = 0; i < noise.size(); ++i) parameters[i] += 0.1f * noise[i];
      const NetworkInputs inputs = own.Inputs(kSeed, 4);
      const Drawn drawn = DrawnBy(m, other->network_task()->Inputs(kSeed, 4).draws);
      const double wanted = LossByLoops(m, own, parameters, inputs, drawn);
      EXPECT_NEAR(ScorePlain(own.network(), inputs, parameters).loss, wanted, 2e-6 * (1 + wanted));
    }
  }
}

// The part of the nodes that are nearer to another community's mean: nothing better is to be had
// without edges.
double ErrorWithoutEdges(const Model& m, const NetworkTask& task) {
  const auto features = static_cast<size_t>(m.features);
  const NetworkInputs inputs = task.Inputs(kSeed, 0);
  const Drawn drawn = DrawnBy(m, inputs.draws);
  double wrong = 0;
  for (size_t node = 0; node < drawn.communities.size(); ++node) {
    const auto own = static_cast<size_t>(drawn.communities[node]);
    std::vector<double> distances(static_cast<size_t>(m.communities));
    for (size_t c = 0; c < distances.size(); ++c) {
      for (size_t k = 0; k < features; ++k) {
        const double feature =
            inputs.episode[own * features + k] + m.noise * drawn.noise[node * features + k];
        distances[c] += std::pow(feature - inputs.episode[c * features + k], 2);
      }
    }
    wrong += std::ranges::min_element(distances) - distances.begin() != drawn.communities[node];
  }
  return wrong / static_cast<double>(drawn.communities.size());
}

// The loss in double at parameters that are moved along one of them.
double LossBeside(const NetworkTask& task, const NetworkInputs& inputs,
                  std::span<const float> parameters, size_t moved, double distance) {
  std::vector<at::Tensor> tensors;
  for (const ParameterTensor& tensor : task.parameters()) {
    const std::span<const float> own = parameters.subspan(tensor.offset, tensor.size);
    std::vector<double> values(own.begin(), own.end());
    if (moved >= tensor.offset && moved < tensor.offset + tensor.size) {
      values[moved - tensor.offset] += distance;
    }
    tensors.push_back(at::from_blob(values.data(), tensor.shape, at::kDouble).clone());
  }
  return RunPlain(task.network(), tensors, inputs).loss.item<double>();
}

TEST(GraphNet, HasTheGradientThatCentralDifferencesShow) {
  for (const char* layer : {"GCN", "MESSAGE_PASSING"}) {
    for (const char* target : {"NODE", "GRAPH"}) {
      SCOPED_TRACE(std::string(layer) + " " + target);
      // Smooth everywhere.
      std::string text = TextOf({.layer = layer,
                                 .target = target,
                                 .nodes = 9,
                                 .communities = 2,
                                 .batch = 3,
                                 .degree = 3,
                                 .hidden = "[5, 4]"});
      text.replace(text.find("ACTIVATION_RELU"), 15, "ACTIVATION_TANH");
      const auto made = testing::MakeMadeTask(text);
      const NetworkTask& task = *made->network_task();
      const NetworkInputs inputs = task.Inputs(kSeed, 4);
      std::vector<float> p(task.parameter_count()), gradient(p.size());
      task.SampleInitial(kSeed, p);
      const FusedNetwork fused(task.network());
      AlignedFloats scratch(fused.scratch_size());
      fused.LossAndGradient(inputs, p, gradient, scratch.span());
      const auto size = [](float g) { return std::fabs(g); };
      const double largest = size(*std::ranges::max_element(gradient, {}, size));
      constexpr double kDistance = 1e-4;
      for (size_t i = 0; i < p.size(); ++i) {
        const double slope = (LossBeside(task, inputs, p, i, kDistance) -
                              LossBeside(task, inputs, p, i, -kDistance)) /
                             (2 * kDistance);
        ASSERT_NEAR(gradient[i], slope, 1e-5 * largest) << "parameter " << i;
      }
    }
  }
}

TEST(GraphNet, LearnsWhatItsNodesCannotTellAlone) {
  Model m{.nodes = 32, .communities = 4, .batch = 8};
  m.noise = 2;
  m.features = 8;
  m.hidden = "[16, 16]";
  m.degree = 8;
  for (const char* layer : {"GCN", "MESSAGE_PASSING"}) {
    SCOPED_TRACE(layer);
    m.layer = layer;
    const auto task = testing::MakeMadeTask(TextOf(m));
    const std::vector<float> trained = testing::Trained(*task, kSeed, 200, 0.01f);
    const SplitScore score = task->Evaluate(kSeed, trained, Split::kTest, 64);
    const double alone = ErrorWithoutEdges(m, *task->network_task());
    EXPECT_LT(alone, 0.75) << "chance";
    EXPECT_LT(score.error, 0.6 * alone);
    EXPECT_LT(score.loss, 0.5) << "chance: ln 4 = 1.386";
    // Of means that another episode drew it knows nothing.
    const RunSeed other = {.key = 7, .particle = 3, .episode = 6};
    EXPECT_GT(task->Evaluate(other, trained, Split::kTest, 64).error, 0.5);
  }
}

TEST(GraphNet, LearnsHowFarCommunitiesKeepToThemselves) {
  Model m{.target = "GRAPH", .nodes = 24, .communities = 3, .batch = 32};
  m.noise = 0.5;
  m.features = 6;
  m.hidden = "[16, 16]";
  for (const char* layer : {"GCN", "MESSAGE_PASSING"}) {
    SCOPED_TRACE(layer);
    m.layer = layer;
    const auto task = testing::MakeMadeTask(TextOf(m));
    const std::vector<float> trained = testing::Trained(*task, kSeed, 200, 0.01f);
    const SplitScore score = task->Evaluate(kSeed, trained, Split::kTest, 512);
    EXPECT_LT(score.error, 0.1) << "chance: 0.5";
  }
}

}  // namespace
}  // namespace paceline
