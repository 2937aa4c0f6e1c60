// Writes a Network, one operation after the other. Shapes are checked as they are written: one that
// does not fit is a mistake in a family's text, never in a config, and ends the program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/network/network.h"

namespace paceline {

// A node, by its number.
struct Value {
  int node = -1;
};

class NetworkBuilder {
 public:
  explicit NetworkBuilder(int64_t batch) { network_.batch = batch; }

  int64_t batch() const { return network_.batch; }
  const Extents& Shape(Value x) const { return At(x).shape; }
  int64_t Last(Value x) const { return Shape(x).back(); }

  // ---- leaves; shapes of an input are without the batch's examples ----
  Value Input(InputKind kind, const Extents& row);
  // Its number among tensors is that of the call; names are unique.
  Value Parameter(std::string name, const Extents& shape, TensorKind kind, const TensorInit& init);
  Value Normals(const Extents& shape);
  Value Uniforms(const Extents& shape, double low, double high);
  // Standard normals and uniforms of an episode.
  Value EpisodeNormals(const Extents& shape);
  Value EpisodeUniforms(const Extents& shape, double low, double high);
  // What `make` makes in every step of `words` numbers of the step's stream.
  Value Made(const Extents& shape, uint64_t words, DrawMaker make);
  Value Constant(const Extents& shape, std::vector<double> values);
  // One of `options` for each episode: its number, for Select, Activate and TensorInit.
  int Choice(std::string name, std::vector<int> options);
  int UniformChoice(std::string name, double low, double high);

  // ---- layers ----
  Value Dense(Value x, Value w, std::optional<Value> b = std::nullopt);
  Value Product(Value x, Value y);
  Value Conv(Value x, Value w, const Window& window, std::optional<Value> b = std::nullopt);
  Value MaxPool(Value x, const Window& window);
  Value MeanPool(Value x, const Window& window);
  Value Embed(Value tokens, Value w);
  Value BatchNorm(Value x, Value scale, Value offset, double epsilon, BatchNormNames names);
  Value LayerNorm(Value x, Value scale, Value offset, double epsilon);
  // ACTIVATION_ANY draws one of the twelve, the same wherever this network asks.
  Value Activate(Value x, v1::Activation activation);
  // x · keep, keep drawn anew for every step; rate 0 draws nothing.
  Value Dropout(Value x, double rate);
  struct Heads {
    int64_t count = 1;
    double scale = 1;
    bool causal = false;
    std::optional<Value> keep_keys = std::nullopt;  // [example, position]: 0 for what is not seen
    double dropout = 0;
  };
  Value Attention(Value q, Value k, Value v, const Heads& heads);
  // weights and initial states as RecurrentCell lists them.
  Value Recurrent(RecurrentCell cell, Value x, const std::vector<Value>& weights);
  Value CrossEntropy(Value logits, Value labels);

  // ---- elements ----
  Value Add(Value x, Value y) { return Binary(Op::kAdd, x, y); }
  Value Subtract(Value x, Value y) { return Binary(Op::kSubtract, x, y); }
  Value Multiply(Value x, Value y) { return Binary(Op::kMultiply, x, y); }
  Value Divide(Value x, Value y) { return Binary(Op::kDivide, x, y); }
  Value Affine(Value x, double factor, double term);
  Value Square(Value x) { return Unary(Op::kSquare, x); }
  Value Sqrt(Value x) { return Unary(Op::kSqrt, x); }
  Value Exp(Value x) { return Unary(Op::kExp, x); }
  Value Log(Value x) { return Unary(Op::kLog, x); }
  Value Tanh(Value x) { return Unary(Op::kTanh, x); }
  Value Sigmoid(Value x) { return Unary(Op::kSigmoid, x); }
  Value Clip(Value x, double low, double high);
  Value StopGradient(Value x) { return Unary(Op::kStopGradient, x); }
  Value NotEqual(Value tokens, double token);
  Value Fold(Value tokens, int64_t vocabulary);
  Value Tokens(Value x, int64_t count);

  // ---- shapes ----
  Value Reshape(Value x, const Extents& shape);
  // All axes but the first in one.
  Value Flatten(Value x);
  Value Transpose(Value x, int64_t a, int64_t b);
  Value Concat(const std::vector<Value>& parts, int64_t axis);
  Value Slice(Value x, int64_t axis, int64_t first, int64_t count);
  Value Broadcast(Value x, const Extents& shape);
  Value Sum(Value x, std::vector<int64_t> axes);
  Value Mean(Value x, std::vector<int64_t> axes);
  Value SumAll(Value x);
  Value MeanAll(Value x);
  // options[k] where the choice drew k.
  Value Select(int choice, const std::vector<Value>& options);

  // ---- the end ----
  // loss: []. For a classifier also its logits [..., class] and labels [...].
  void Classes(Value logits, Value labels, std::optional<Value> weights = std::nullopt);
  Network Finish(Value loss, const MetaLossRule& meta_loss);

 private:
  const Node& At(Value x) const { return network_.at(x.node); }
  Value Put(Node node);
  Value Unary(Op op, Value x);
  Value Binary(Op op, Value x, Value y);
  Value Pool(Op op, Value x, const Window& window);
  Value Reduce(Op op, Value x, std::vector<int64_t> axes);
  Value Keep(const Extents& shape, double rate);
  Value Draw(NetworkDraw draw);
  Value EpisodeDraw(NetworkDraw draw);

  Network network_;
  int activation_choice_ = -1;
};

}  // namespace paceline
