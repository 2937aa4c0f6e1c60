#include "tests/worker/network/fused/samples.h"

#include <numeric>

#include "common/network/builder.h"
#include "common/noise/streams.h"

namespace paceline::testing {
namespace {

// Writes a network whose parameters are numbered.
class Net {
 public:
  explicit Net(int64_t batch) : net(batch) {}

  Value Parameter(const Extents& shape) {
    return net.Parameter("p" + std::to_string(count_++), shape, TensorKind::kOther,
                         {.kind = InitKind::kNormal});
  }
  Value Images(int64_t size, int64_t channels) {
    return net.Input(InputKind::kImages, {size, size, channels});
  }
  Value Features(const Extents& row) { return net.Input(InputKind::kFeatures, row); }
  Value Dense(Value x, int64_t out) {
    return net.Dense(x, Parameter({net.Last(x), out}), Parameter({out}));
  }
  Value Conv(Value x, int64_t out, const Window& window) {
    return net.Conv(x, Parameter({window.size, window.size, net.Last(x), out}), window,
                    Parameter({out}));
  }
  // A loss that weighs every number of x differently.
  Network Finish(Value x) {
    const int64_t size = ElementsOf(net.Shape(x));
    std::vector<double> weights(static_cast<size_t>(size));
    for (size_t i = 0; i < weights.size(); ++i) {
      weights[i] = 0.5 + 0.25 * static_cast<double>(i % 7) - 0.4 * static_cast<double>(i % 3);
    }
    const Value weighted =
        net.Multiply(net.Reshape(x, {size}), net.Constant({size}, std::move(weights)));
    return net.Finish(net.MeanAll(weighted), {.high = 10});
  }
  Network FinishClasses(Value logits, Value labels) {
    net.Classes(logits, labels);
    return net.Finish(net.MeanAll(net.CrossEntropy(logits, labels)), {.high = 10});
  }

  NetworkBuilder net;

 private:
  int count_ = 0;
};

Network DenseLayers(int64_t batch, int64_t in, std::vector<int64_t> widths,
                    v1::Activation activation) {
  Net n(batch);
  Value x = n.Features({in});
  const Value labels = n.net.Input(InputKind::kLabels, {});
  for (size_t i = 0; i < widths.size(); ++i) {
    x = n.Dense(x, widths[i]);
    if (i + 1 < widths.size()) x = n.net.Activate(x, activation);
  }
  return n.FinishClasses(x, labels);
}

Network Convolutions(int64_t batch, int64_t size, int64_t channels, const Window& first,
                     const Window& second) {
  Net n(batch);
  Value x = n.net.Activate(n.Conv(n.Images(size, channels), 9, first), v1::ACTIVATION_TANH);
  x = n.Conv(x, 35, second);
  return n.Finish(n.Conv(x, 4, {.size = 1}));
}

// The images' own slope, of few channels.
Network ConvolutionOfFewChannels() {
  Net n(2);
  Value x = n.Conv(n.Images(5, 1), 3, {.size = 3});
  return n.Finish(n.Conv(n.net.Square(x), 17, {.size = 2, .stride = 2}));
}

Network Pools(const Window& window) {
  Net n(3);
  const Value x = n.Conv(n.Images(6, 2), 19, {.size = 3});
  const Value pools[] = {n.net.MaxPool(x, window), n.net.MeanPool(x, window)};
  return n.Finish(n.net.Add(pools[0], n.net.Square(pools[1])));
}

Network Norms(int64_t batch, int64_t width) {
  Net n(batch);
  Value x = n.Dense(n.Features({3, 6}), width);
  x = n.net.LayerNorm(x, n.Parameter({width}), n.Parameter({width}), 1e-5);
  x = n.Dense(n.net.Activate(x, v1::ACTIVATION_GELU), width);
  x = n.net.BatchNorm(x, n.Parameter({1, 1, width}), n.Parameter({1, 1, width}), 1e-5, {});
  return n.Finish(n.net.Square(x));
}

Network BatchNorms(int64_t batch, int64_t width) {
  Net n(batch);
  const Value x = n.Dense(n.Features({3, 6}), width);
  return n.Finish(
      n.net.Tanh(n.net.BatchNorm(x, n.Parameter({width}), n.Parameter({width}), 1e-5, {})));
}

Network Embeddings() {
  Net n(3);
  const Value tokens = n.net.Input(InputKind::kTokens, {7});
  const Value folded = n.net.Fold(tokens, 4);
  const Value table = n.Parameter({5, 21});
  const Value x = n.net.Embed(folded, table), y = n.net.Embed(tokens, table);
  const Value seen = n.net.NotEqual(tokens, 0);
  const Value kept = n.net.Multiply(n.net.Add(x, n.net.Square(y)), n.net.Reshape(seen, {3, 7, 1}));
  // Labels are a part of the tokens, and the table makes the logits too.
  const Value context = n.net.Slice(kept, 1, 0, 6), next = n.net.Slice(tokens, 1, 1, 6);
  const Value logits = n.net.Dense(context, n.net.Transpose(table, 0, 1));
  const Value losses = n.net.CrossEntropy(logits, next);
  const Value weights = n.net.NotEqual(next, 0);
  n.net.Classes(logits, next, weights);
  const Value sum = n.net.SumAll(n.net.Multiply(losses, weights));
  return n.net.Finish(n.net.Divide(sum, n.net.Affine(n.net.SumAll(weights), 1, 1e-3)),
                      {.high = 10});
}

Network Elements() {
  Net n(5);
  const Value x = n.Dense(n.Features({4}), 23);
  const Value positive = n.net.Affine(n.net.Square(x), 0.7, 0.3);
  const Value all[] = {n.net.Sqrt(positive),
                       n.net.Log(positive),
                       n.net.Exp(n.net.Affine(x, 0.3, -0.1)),
                       n.net.Tanh(x),
                       n.net.Sigmoid(x),
                       n.net.Clip(x, -0.6, 0.8),
                       n.net.Multiply(x, n.net.StopGradient(x)),
                       n.net.Divide(x, positive)};
  Value sum = n.net.Subtract(x, n.net.Dropout(x, 0.4));
  for (const Value& value : all) sum = n.net.Add(sum, value);
  return n.Finish(sum);
}

Network Activation(v1::Activation activation) {
  Net n(4);
  return n.Finish(n.net.Activate(n.Dense(n.Features({5}), 21), activation));
}

Network Broadcasting() {
  Net n(3);
  const Value x = n.Dense(n.Features({4, 5}), 18);  // [3, 4, 18]
  const Value rows = n.net.Add(x, n.Parameter({18}));
  const Value columns = n.net.Multiply(rows, n.Parameter({3, 4, 1}));
  const Value middle = n.net.Divide(columns, n.net.Exp(n.Parameter({3, 1, 18})));
  const Value single = n.net.Subtract(n.Parameter({1}), middle);
  const Value outer = n.net.Multiply(n.Parameter({2, 1, 1, 1}), single);  // [2, 3, 4, 18]
  const Value twice = n.net.Add(outer, n.net.Broadcast(n.Parameter({4, 1}), {2, 3, 4, 18}));
  const Value sums = n.net.Add(n.net.Sum(twice, {3}), n.net.Mean(n.net.Square(twice), {3}));
  const Value inner = n.net.Add(n.net.Mean(twice, {0, 2}), n.net.Sum(twice, {0, 2}));
  return n.Finish(n.net.Add(n.net.MeanAll(sums), n.net.MeanAll(n.net.Square(inner))));
}

Network Shapes() {
  Net n(4);
  const Value x = n.Dense(n.Features({6, 3}), 10);                // [4, 6, 10]
  const Value turned = n.net.Transpose(x, 1, 2);                  // [4, 10, 6]
  const Value mixed = n.Dense(turned, 7);                         // [4, 10, 7]
  const Value back = n.net.Transpose(n.net.Square(mixed), 0, 1);  // [10, 4, 7]
  const Value parts[] = {n.net.Slice(back, 1, 1, 2), n.net.Slice(back, 1, 0, 3), back};
  const Value joined = n.net.Concat({parts[0], parts[1], parts[2]}, 1);  // [10, 9, 7]
  const Value wide = n.net.Concat({joined, n.net.Square(joined)}, 2);
  return n.Finish(n.net.Reshape(n.net.Transpose(wide, 0, 2), {14 * 9, 10}));
}

Network Choices() {
  Net n(3);
  const Value x = n.Dense(n.Features({4}), 6);
  const Value any = n.net.Activate(x, v1::ACTIVATION_ANY);
  const int choice = n.net.Choice("form", {0, 1, 2});
  const Value chosen = n.net.Select(choice, {any, n.net.Square(x), n.Parameter({3, 6})});
  const Value noise = n.net.Multiply(n.net.Normals({3, 6}), n.net.EpisodeUniforms({6}, 0.5, 1.5));
  return n.Finish(
      n.net.Add(n.net.Add(chosen, n.net.Tanh(any)),
                n.net.Multiply(noise, n.net.Multiply(x, n.net.EpisodeNormals({3, 1})))));
}

Network Recurrences(RecurrentCell cell, int64_t batch, int64_t steps, int64_t in, int64_t width) {
  Net n(batch);
  const Value tokens = n.net.Input(InputKind::kTokens, {steps});
  Value x = n.net.Embed(tokens, n.Parameter({5, in}));
  const int64_t parts = cell == RecurrentCell::kVanilla ? 1 : cell == RecurrentCell::kGru ? 3 : 4;
  std::vector<Value> weights;
  if (cell == RecurrentCell::kLstm) {
    weights = {n.Parameter({in + width, parts * width}), n.Parameter({parts * width}),
               n.Parameter({1, width}), n.Parameter({1, width})};
  } else if (cell == RecurrentCell::kGru) {
    weights = {n.Parameter({in, parts * width}), n.Parameter({width, parts * width}),
               n.Parameter({parts * width}), n.Parameter({1, width})};
  } else {
    weights = {n.Parameter({in, width}), n.Parameter({width}), n.Parameter({width, width}),
               n.Parameter({width}), n.Parameter({1, width})};
  }
  x = n.net.Add(n.net.Square(x), n.net.Tanh(x));
  return n.Finish(n.Dense(n.net.Recurrent(cell, x, weights), 5));
}

Network Attentions(const NetworkBuilder::Heads& heads, bool keep_keys, bool one_source) {
  Net n(3);
  const Value tokens = n.net.Input(InputKind::kTokens, {9});
  const Value x = n.net.Embed(tokens, n.Parameter({5, 12}));
  NetworkBuilder::Heads own = heads;
  if (keep_keys) own.keep_keys = n.net.NotEqual(tokens, 0);
  if (one_source) return n.Finish(n.net.Attention(x, x, x, own));
  const Value q = n.Dense(n.net.Slice(x, 1, 2, heads.causal ? 7 : 5), 12), k = n.Dense(x, 12);
  return n.Finish(n.net.Attention(heads.causal ? n.Dense(x, 12) : q, k, n.Dense(x, 20), own));
}

// Slopes of both sides, of one alone, and of one array on both.
Network Products(int64_t rows, int64_t inner, int64_t columns) {
  Net n(3);
  const Value x = n.Dense(n.Features({rows, 5}), inner);
  const Value y = n.Dense(n.Features({inner, 4}), columns);
  const Value z = n.net.Product(x, y);  // [3, rows, columns]
  const Value left = n.net.Product(n.Features({7, rows}), z);
  const Value right = n.net.Product(z, n.Features({columns, 2}));
  const Value square = n.net.Product(n.net.Transpose(z, 1, 2), z);
  const Value twice = n.net.Product(square, square);
  // One row against a matrix of its own.
  const Value single = n.net.Product(
      n.net.Reshape(n.Features({rows, inner}), {3, rows, 1, inner}),
      n.net.Reshape(n.Parameter({3, rows, inner, columns}), {3, rows, inner, columns}));
  const Value sums[] = {n.net.MeanAll(n.net.Square(left)), n.net.MeanAll(right),
                        n.net.MeanAll(n.net.Tanh(n.net.Affine(twice, 0.01, 0))),
                        n.net.MeanAll(n.net.Square(single))};
  Value sum = n.net.MeanAll(n.net.Square(z));
  for (const Value& value : sums) sum = n.net.Add(sum, value);
  return n.net.Finish(sum, {.high = 10});
}

// Numbers of a draw of one's own, below and above the tokens too; and of values that have slopes.
Network MadeTokens() {
  Net n(3);
  const Value numbers = n.net.Made({3, 7}, 0, [](const DrawPlace&, std::span<float> out) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(i % 8) - 1.25f;
  });
  const Value tokens = n.net.Tokens(numbers, 5);
  const Value x = n.net.Embed(tokens, n.Parameter({5, 9}));
  const Value own = n.net.Tokens(n.net.Affine(x, 2, 2), 4);  // [3, 7, 9]
  const Value logits =
      n.Dense(n.net.Add(x, n.net.Mean(n.net.Embed(own, n.Parameter({4, 9})), {2})), 5);
  const Value kept = n.net.Slice(logits, 1, 0, 6), labels = n.net.Slice(tokens, 1, 1, 6);
  return n.FinishClasses(kept, labels);
}

Network UnusedParameter() {
  Net n(2);
  n.Parameter({3});
  const Value x = n.Dense(n.Features({2}), 3);
  n.net.Square(n.Parameter({4}));
  return n.Finish(x);
}

uint32_t next_stream = 0;

std::vector<float> Normals(size_t count, uint32_t seed) {
  std::vector<float> values(count);
  FillNormals({.key = 11, .purpose = Purpose::kBatch, .particle = seed, .step = next_stream++}, 0,
              values);
  return values;
}

}  // namespace

std::vector<NetworkSample> NetworkSamples() {
  std::vector<NetworkSample> samples = {
      {"dense", DenseLayers(20, 37, {40, 5}, v1::ACTIVATION_RELU)},
      {"dense, batch 1", DenseLayers(1, 3, {18, 33, 70, 6}, v1::ACTIVATION_TANH)},
      {"dense, long sums", DenseLayers(530, 300, {5}, v1::ACTIVATION_RELU)},
      {"conv of 1 channel", Convolutions(2, 8, 1, {.size = 3, .stride = 2}, {.size = 3})},
      {"conv of 12 channels", Convolutions(3, 7, 12, {.size = 3}, {.size = 5, .stride = 2})},
      {"conv, valid, batch 1",
       Convolutions(1, 9, 8, {.size = 3, .stride = 1, .padding = Padding::kValid},
                    {.size = 3, .stride = 3, .padding = Padding::kValid})},
      {"conv, stride above size", Convolutions(2, 9, 3, {.size = 2}, {.size = 2, .stride = 3})},
      {"conv of few channels", ConvolutionOfFewChannels()},
      {"pools", Pools({.size = 2, .stride = 2})},
      {"pools that overlap", Pools({.size = 3, .stride = 2})},
      {"pools, valid", Pools({.size = 3, .stride = 2, .padding = Padding::kValid})},
      {"pools of all", Pools({.size = 6, .stride = 6, .padding = Padding::kValid})},
      {"norms", Norms(7, 19)},
      {"norms of whole packs", Norms(70, 32)},
      {"batch norm of 1 column", BatchNorms(5, 1)},
      {"batch norm of 2 columns", BatchNorms(21, 2)},
      {"batch norm of 4 columns", BatchNorms(150, 4)},
      {"batch norm of 8 columns", BatchNorms(2, 8)},
      {"embeddings", Embeddings()},
      {"elements", Elements()},
      {"broadcasting", Broadcasting()},
      {"shapes", Shapes()},
      {"choices", Choices()},
      {"vanilla", Recurrences(RecurrentCell::kVanilla, 3, 5, 6, 20)},
      {"gru", Recurrences(RecurrentCell::kGru, 5, 4, 3, 17)},
      {"gru of whole packs", Recurrences(RecurrentCell::kGru, 2, 3, 16, 32)},
      {"lstm", Recurrences(RecurrentCell::kLstm, 3, 6, 5, 18)},
      {"lstm, batch 1", Recurrences(RecurrentCell::kLstm, 1, 1, 40, 33)},
      {"attention", Attentions({.count = 2, .scale = 0.4}, false, false)},
      {"attention, causal", Attentions({.count = 4, .scale = 0.6, .causal = true}, false, false)},
      {"attention, keys left out and dropout",
       Attentions({.count = 1, .scale = 0.3, .dropout = 0.2}, true, false)},
      {"attention of one source",
       Attentions({.count = 3, .scale = 0.5, .causal = true}, true, true)},
      {"products", Products(4, 6, 5)},
      {"products of packs and rests", Products(19, 33, 17)},
      {"products of single numbers", Products(1, 1, 1)},
      {"made tokens", MadeTokens()},
      {"unused parameter", UnusedParameter()}};
  for (int a = v1::ACTIVATION_RELU; a <= v1::ACTIVATION_LEAKY_RELU; ++a) {
    const auto activation = static_cast<v1::Activation>(a);
    samples.push_back({v1::Activation_Name(activation), Activation(activation)});
  }
  return samples;
}

NetworkInputs InputsFor(const Network& network, uint32_t seed) {
  NetworkInputs inputs;
  next_stream = 0;
  for (const NetworkInput& input : network.inputs) {
    const auto size = static_cast<size_t>(ElementsOf(input.shape));
    HostArray& array = inputs.arrays.emplace_back();
    if (input.kind != InputKind::kTokens && input.kind != InputKind::kLabels) {
      array.floats = Normals(size, seed);
      continue;
    }
    std::vector<uint32_t> words(size);
    FillWords({.key = 7, .purpose = Purpose::kBatch, .particle = seed, .step = next_stream++}, 0,
              words);
    for (const uint32_t word : words) array.tokens.push_back(static_cast<int32_t>(word % 5));
  }
  inputs.draws.resize(static_cast<size_t>(network.draw_floats()));
  FillDraws(network, {.key = 3, .purpose = Purpose::kTaskDraw, .particle = seed}, inputs.draws);
  inputs.episode.resize(static_cast<size_t>(network.episode_floats()));
  FillEpisode(network, {.key = 3, .purpose = Purpose::kTaskDynamic, .particle = seed},
              inputs.episode);
  return inputs;
}

std::vector<float> ParametersFor(const Network& network, uint32_t seed) {
  next_stream = 1000;
  size_t count = 0;
  for (const ParameterTensor& tensor : network.tensors) count += tensor.size;
  std::vector<float> values = Normals(count, seed);
  for (float& value : values) value *= 0.4f;
  return values;
}

}  // namespace paceline::testing
