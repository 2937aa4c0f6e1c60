#include "common/network/builder.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/network/activations.h"

namespace paceline {
namespace {

void Require(bool fits, const char* what) {
  if (fits) return;
  std::fprintf(stderr, "NetworkBuilder: %s\n", what);
  std::abort();
}

Extents Broadcasted(const Extents& a, const Extents& b) {
  Extents shape(std::max(a.size(), b.size()), 1);
  for (size_t i = 0; i < shape.size(); ++i) {
    const int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    Require(x == y || x == 1 || y == 1, "shapes that do not broadcast");
    shape[shape.size() - 1 - i] = std::max(x, y);
  }
  return shape;
}

std::vector<int> Numbers(const std::vector<Value>& values) {
  std::vector<int> numbers;
  for (const Value& value : values) numbers.push_back(value.node);
  return numbers;
}

Extents WithLast(Extents shape, int64_t last) {
  shape.back() = last;
  return shape;
}

Extents WithBatch(int64_t batch, const Extents& row) {
  Extents shape = {batch};
  shape.insert(shape.end(), row.begin(), row.end());
  return shape;
}

}  // namespace

Value NetworkBuilder::Put(Node node) {
  network_.nodes.push_back(std::move(node));
  return {static_cast<int>(network_.nodes.size()) - 1};
}

// ---- leaves ----

Value NetworkBuilder::Input(InputKind kind, const Extents& row) {
  const Extents shape = WithBatch(network_.batch, row);
  network_.inputs.push_back({kind, shape});
  return Put({.op = Op::kInput,
              .shape = shape,
              .tokens = kind == InputKind::kLabels || kind == InputKind::kTokens,
              .index = static_cast<int>(network_.inputs.size()) - 1});
}

Value NetworkBuilder::Parameter(std::string name, const Extents& shape, TensorKind kind,
                                const TensorInit& init) {
  std::vector<ParameterTensor>& tensors = network_.tensors;
  const size_t offset = tensors.empty() ? 0 : tensors.back().offset + tensors.back().size;
  tensors.push_back({std::move(name), shape, offset, static_cast<size_t>(ElementsOf(shape)), kind});
  network_.inits.push_back(init);
  return Put({.op = Op::kParameter, .shape = shape, .index = static_cast<int>(tensors.size()) - 1});
}

Value NetworkBuilder::Draw(NetworkDraw draw) {
  network_.draws.push_back(std::move(draw));
  return Put({.op = Op::kDraw,
              .shape = network_.draws.back().shape,
              .index = static_cast<int>(network_.draws.size()) - 1});
}

Value NetworkBuilder::EpisodeDraw(NetworkDraw draw) {
  network_.episode_draws.push_back(std::move(draw));
  return Put({.op = Op::kEpisode,
              .shape = network_.episode_draws.back().shape,
              .index = static_cast<int>(network_.episode_draws.size()) - 1});
}

Value NetworkBuilder::Normals(const Extents& shape) {
  return Draw({.kind = DrawKind::kNormal, .shape = shape});
}
Value NetworkBuilder::Uniforms(const Extents& shape, double low, double high) {
  return Draw({.kind = DrawKind::kUniform, .shape = shape, .low = low, .high = high});
}
Value NetworkBuilder::Keep(const Extents& shape, double rate) {
  return Draw({.kind = DrawKind::kKeep, .shape = shape, .keep = 1 - rate});
}
Value NetworkBuilder::EpisodeNormals(const Extents& shape) {
  return EpisodeDraw({.kind = DrawKind::kNormal, .shape = shape});
}
Value NetworkBuilder::EpisodeUniforms(const Extents& shape, double low, double high) {
  return EpisodeDraw({.kind = DrawKind::kUniform, .shape = shape, .low = low, .high = high});
}

Value NetworkBuilder::Made(const Extents& shape, uint64_t words, DrawMaker make) {
  return Draw({.kind = DrawKind::kMade, .shape = shape, .make = std::move(make), .words = words});
}

Value NetworkBuilder::Constant(const Extents& shape, std::vector<double> values) {
  Require(ElementsOf(shape) == static_cast<int64_t>(values.size()), "a constant's size");
  return Put({.op = Op::kConstant, .shape = shape, .values = std::move(values)});
}

int NetworkBuilder::Choice(std::string name, std::vector<int> options) {
  network_.choices.push_back({.name = std::move(name), .options = std::move(options)});
  return static_cast<int>(network_.choices.size()) - 1;
}

int NetworkBuilder::UniformChoice(std::string name, double low, double high) {
  network_.choices.push_back({.name = std::move(name), .options = {}, .low = low, .high = high});
  return static_cast<int>(network_.choices.size()) - 1;
}

// ---- layers ----

Value NetworkBuilder::Dense(Value x, Value w, std::optional<Value> b) {
  Require(Shape(w).size() == 2 && Last(x) == Shape(w)[0], "dense: x and w");
  Node node{.op = Op::kDense, .inputs = {x.node, w.node}, .shape = WithLast(Shape(x), Shape(w)[1])};
  if (b) {
    Require(ElementsOf(Shape(*b)) == Shape(w)[1], "dense: b");
    node.inputs.push_back(b->node);
  }
  return Put(std::move(node));
}

Value NetworkBuilder::Product(Value x, Value y) {
  const Extents &left = Shape(x), &right = Shape(y);
  const size_t axes = left.size();
  Require(axes >= 2 && right.size() == axes && left[axes - 1] == right[axes - 2] &&
              std::equal(left.begin(), left.end() - 2, right.begin()),
          "product: x and y");
  return Put(
      {.op = Op::kProduct, .inputs = {x.node, y.node}, .shape = WithLast(left, right.back())});
}

Value NetworkBuilder::Conv(Value x, Value w, const Window& window, std::optional<Value> b) {
  const Extents &in = Shape(x), &weights = Shape(w);
  Require(in.size() == 4 && weights.size() == 4 && in[3] == weights[2], "conv: x and w");
  Require(weights[0] == window.size && weights[1] == window.size, "conv: window");
  Node node{.op = Op::kConv,
            .inputs = {x.node, w.node},
            .shape = {in[0], window.Out(in[1]), window.Out(in[2]), weights[3]},
            .window = window};
  if (b) node.inputs.push_back(b->node);
  return Put(std::move(node));
}

Value NetworkBuilder::Pool(Op op, Value x, const Window& window) {
  const Extents& in = Shape(x);
  Require(in.size() == 4, "pool: images");
  return Put({.op = op,
              .inputs = {x.node},
              .shape = {in[0], window.Out(in[1]), window.Out(in[2]), in[3]},
              .window = window});
}
Value NetworkBuilder::MaxPool(Value x, const Window& window) {
  return Pool(Op::kMaxPool, x, window);
}
Value NetworkBuilder::MeanPool(Value x, const Window& window) {
  return Pool(Op::kMeanPool, x, window);
}

Value NetworkBuilder::Embed(Value tokens, Value w) {
  Require(At(tokens).tokens && Shape(w).size() == 2, "embed: tokens and w");
  Extents shape = Shape(tokens);
  shape.push_back(Shape(w)[1]);
  return Put({.op = Op::kEmbed, .inputs = {tokens.node, w.node}, .shape = std::move(shape)});
}

Value NetworkBuilder::BatchNorm(Value x, Value scale, Value offset, double epsilon,
                                BatchNormNames names) {
  Require(ElementsOf(Shape(scale)) == Last(x) && ElementsOf(Shape(offset)) == Last(x),
          "batch norm: scale and offset");
  network_.batch_norms.push_back(std::move(names));
  return Put({.op = Op::kBatchNorm,
              .inputs = {x.node, scale.node, offset.node},
              .shape = Shape(x),
              .index = static_cast<int>(network_.batch_norms.size()) - 1,
              .scalar = epsilon});
}

Value NetworkBuilder::LayerNorm(Value x, Value scale, Value offset, double epsilon) {
  Require(ElementsOf(Shape(scale)) == Last(x) && ElementsOf(Shape(offset)) == Last(x),
          "layer norm: scale and offset");
  return Put({.op = Op::kLayerNorm,
              .inputs = {x.node, scale.node, offset.node},
              .shape = Shape(x),
              .scalar = epsilon});
}

Value NetworkBuilder::Activate(Value x, v1::Activation activation) {
  Node node{.op = Op::kActivate, .inputs = {x.node}, .shape = Shape(x), .activation = activation};
  if (activation == v1::ACTIVATION_ANY) {
    if (activation_choice_ < 0) activation_choice_ = Choice("activation", ActivationSlots());
    node.index = activation_choice_;
  }
  return Put(std::move(node));
}

Value NetworkBuilder::Dropout(Value x, double rate) {
  return rate == 0 ? x : Multiply(x, Keep(Shape(x), rate));
}

Value NetworkBuilder::Attention(Value q, Value k, Value v, const Heads& heads) {
  const Extents& queries = Shape(q);
  Require(queries.size() == 3 && Shape(k).size() == 3 && queries[2] % heads.count == 0 &&
              Shape(k)[2] == queries[2] && Shape(v)[2] % heads.count == 0 &&
              Shape(k)[1] == Shape(v)[1],
          "attention: q, k and v");
  Node node{.op = Op::kAttention,
            .inputs = {q.node, k.node, v.node},
            .shape = {queries[0], queries[1], Shape(v)[2]},
            .scalar = heads.scale,
            .count = heads.count,
            .flags = heads.causal ? kCausal : 0};
  if (heads.keep_keys) {
    node.inputs.push_back(heads.keep_keys->node);
    node.flags |= kKeepKeys;
  }
  if (heads.dropout > 0) {
    const Extents factors = {queries[0], heads.count, queries[1], Shape(k)[1]};
    node.inputs.push_back(Keep(factors, heads.dropout).node);
    node.flags |= kAttentionFactors;
  }
  return Put(std::move(node));
}

Value NetworkBuilder::Recurrent(RecurrentCell cell, Value x, const std::vector<Value>& weights) {
  Require(weights.size() == (cell == RecurrentCell::kVanilla ? 5 : 4), "recurrent: weights");
  Node node{.op = Op::kRecurrent,
            .inputs = {x.node},
            .shape = WithLast(Shape(x), Last(weights.back())),
            .cell = cell};
  for (const Value& weight : weights) node.inputs.push_back(weight.node);
  return Put(std::move(node));
}

Value NetworkBuilder::CrossEntropy(Value logits, Value labels) {
  Extents shape = Shape(logits);
  shape.pop_back();
  Require(At(labels).tokens && Shape(labels) == shape, "cross-entropy: logits and labels");
  return Put(
      {.op = Op::kCrossEntropy, .inputs = {logits.node, labels.node}, .shape = std::move(shape)});
}

// ---- elements ----

Value NetworkBuilder::Unary(Op op, Value x) {
  return Put({.op = op, .inputs = {x.node}, .shape = Shape(x)});
}

Value NetworkBuilder::Binary(Op op, Value x, Value y) {
  return Put({.op = op, .inputs = {x.node, y.node}, .shape = Broadcasted(Shape(x), Shape(y))});
}

Value NetworkBuilder::Affine(Value x, double factor, double term) {
  return Put(
      {.op = Op::kAffine, .inputs = {x.node}, .shape = Shape(x), .scalar = factor, .second = term});
}

Value NetworkBuilder::Clip(Value x, double low, double high) {
  return Put(
      {.op = Op::kClip, .inputs = {x.node}, .shape = Shape(x), .scalar = low, .second = high});
}

Value NetworkBuilder::NotEqual(Value tokens, double token) {
  Require(At(tokens).tokens, "not equal: tokens");
  return Put(
      {.op = Op::kNotEqual, .inputs = {tokens.node}, .shape = Shape(tokens), .scalar = token});
}

Value NetworkBuilder::Fold(Value tokens, int64_t vocabulary) {
  Require(At(tokens).tokens && vocabulary > 1, "fold: tokens");
  return Put({.op = Op::kFold,
              .inputs = {tokens.node},
              .shape = Shape(tokens),
              .tokens = true,
              .count = vocabulary});
}

Value NetworkBuilder::Tokens(Value x, int64_t count) {
  Require(!At(x).tokens && count > 0, "tokens: numbers");
  return Put(
      {.op = Op::kTokens, .inputs = {x.node}, .shape = Shape(x), .tokens = true, .count = count});
}

// ---- shapes ----

Value NetworkBuilder::Reshape(Value x, const Extents& shape) {
  Require(ElementsOf(shape) == ElementsOf(Shape(x)), "reshape");
  return Put({.op = Op::kReshape, .inputs = {x.node}, .shape = shape, .tokens = At(x).tokens});
}

Value NetworkBuilder::Flatten(Value x) {
  const Extents& shape = Shape(x);
  return Reshape(x, {shape.front(), ElementsOf({shape.begin() + 1, shape.end()})});
}

Value NetworkBuilder::Transpose(Value x, int64_t a, int64_t b) {
  Extents shape = Shape(x);
  std::swap(shape[a], shape[b]);
  return Put(
      {.op = Op::kTranspose, .inputs = {x.node}, .shape = std::move(shape), .first = a, .axis = b});
}

Value NetworkBuilder::Concat(const std::vector<Value>& parts, int64_t axis) {
  Extents shape = Shape(parts.front());
  shape[axis] = 0;
  for (const Value& part : parts) shape[axis] += Shape(part)[axis];
  return Put(
      {.op = Op::kConcat, .inputs = Numbers(parts), .shape = std::move(shape), .axis = axis});
}

Value NetworkBuilder::Slice(Value x, int64_t axis, int64_t first, int64_t count) {
  Extents shape = Shape(x);
  Require(first >= 0 && first + count <= shape[axis], "slice");
  shape[axis] = count;
  return Put({.op = Op::kSlice,
              .inputs = {x.node},
              .shape = std::move(shape),
              .tokens = At(x).tokens,
              .first = first,
              .count = count,
              .axis = axis});
}

Value NetworkBuilder::Broadcast(Value x, const Extents& shape) {
  Require(Broadcasted(Shape(x), shape) == shape, "broadcast");
  return Put({.op = Op::kBroadcast, .inputs = {x.node}, .shape = shape});
}

Value NetworkBuilder::Reduce(Op op, Value x, std::vector<int64_t> axes) {
  Extents shape;
  for (size_t i = 0; i < Shape(x).size(); ++i) {
    if (!std::ranges::count(axes, static_cast<int64_t>(i))) shape.push_back(Shape(x)[i]);
  }
  return Put({.op = op, .inputs = {x.node}, .shape = std::move(shape), .axes = std::move(axes)});
}
Value NetworkBuilder::Sum(Value x, std::vector<int64_t> axes) {
  return Reduce(Op::kSum, x, std::move(axes));
}
Value NetworkBuilder::Mean(Value x, std::vector<int64_t> axes) {
  return Reduce(Op::kMean, x, std::move(axes));
}

Value NetworkBuilder::SumAll(Value x) { return Sum(Reshape(x, {ElementsOf(Shape(x))}), {0}); }
Value NetworkBuilder::MeanAll(Value x) { return Mean(Reshape(x, {ElementsOf(Shape(x))}), {0}); }

Value NetworkBuilder::Select(int choice, const std::vector<Value>& options) {
  for (const Value& option : options) {
    Require(Shape(option) == Shape(options.front()), "select: shapes");
  }
  return Put({.op = Op::kSelect,
              .inputs = Numbers(options),
              .shape = Shape(options.front()),
              .index = choice});
}

// ---- the end ----

void NetworkBuilder::Classes(Value logits, Value labels, std::optional<Value> weights) {
  network_.logits = logits.node;
  network_.labels = labels.node;
  network_.label_weights = weights ? weights->node : -1;
}

Network NetworkBuilder::Finish(Value loss, const MetaLossRule& meta_loss) {
  Require(Shape(loss).empty(), "the loss is one number");
  network_.loss = loss.node;
  network_.meta_loss = meta_loss;
  return std::move(network_);
}

}  // namespace paceline
