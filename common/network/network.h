// A task's loss as plain data: a list of operations on arrays of known shapes, written by
// NetworkBuilder and read by whoever computes it (LibTorch for one run or for many, SIMD kernels),
// counts it or names its weights. One text per family of tasks, whatever runs it.
//
// Shapes are of one run; there is no axis of runs here. Arrays are row-major, the last axis
// innermost; images [example, row, column, channel], tokens [example, position].
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "common/lopt/tensor.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

struct Stream;  // common/noise/streams.h

using Extents = std::vector<int64_t>;

int64_t ElementsOf(const Extents& shape);

// What an operation computes; x, y, ... are its inputs in order.
enum class Op {
  // ---- leaves ----
  kInput,      // array number `index` of the batch
  kParameter,  // tensor number `index`
  kDraw,       // random numbers, draw number `index` of the step
  kEpisode,    // random numbers that are drawn once for an episode, number `index`
  kConstant,   // `values`

  // ---- layers ----
  kDense,     // x[..., in] · w[in, out] (+ b[out])
  kProduct,   // x[..., n, k] · y[..., k, m], the same axes in front
  kConv,      // x [example, row, column, in], w[row, column, in, out] (+ b[out]), `window`
  kMaxPool,   // over `window`; padding counts as −∞
  kMeanPool,  // over `window`; padding does not count
  kEmbed,     // rows of w[vocabulary, width] at tokens x
  kBatchNorm,  // (x − mean) / √(variance + scalar) · scale + offset; mean and biased variance over
               // all axes but the last
  kLayerNorm,  // likewise over the last axis
  kActivate,   // `activation`, or the one of choice `index` where that is ≥ 0
  kAttention,  // softmax(q·kᵀ·scalar)·v of `count` heads; q, k, v [example, position, head·width],
               // then, if `flags` has them: keep[example, position] of keys, and factors
               // [example, head, query, key] on the softmax
  kRecurrent,     // `cell` over the positions of x [example, position, in] from initial states
                  // [1, width]: w..., see RecurrentCell → [example, position, width]
  kCrossEntropy,  // ln Σ e^logits − logit of the label; logits [..., class], labels [...] → [...]

  // ---- elements ----
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,  // shapes as NumPy broadcasts them
  kAffine,  // scalar·x + second
  kSquare,
  kSqrt,
  kExp,
  kLog,
  kTanh,
  kSigmoid,
  kClip,          // to [scalar, second]; no gradient outside
  kStopGradient,  // x, whose gradient is 0
  kNotEqual,      // 1 where x ≠ scalar, else 0; of tokens
  kFold,          // tokens: those from `count` on become 1 + x mod (count − 1)
  kTokens,        // tokens of numbers: ⌊x⌋ within [0, count), NaN is 0; no gradient

  // ---- shapes ----
  kReshape,
  kTranspose,  // axes `first` and `axis` change places
  kConcat,     // along `axis`
  kSlice,      // [first, first + count) of `axis`
  kBroadcast,  // to the shape
  kSum,        // over `axes`
  kMean,       // over `axes`
  kSelect,     // input number of what choice `index` drew; all of one shape
};

// Does a gradient go through it to its inputs?
constexpr bool HasGradient(Op op) { return op != Op::kStopGradient && op != Op::kTokens; }

enum class Padding { kSame, kValid };

// SAME: as many windows as positions / stride, rounded up; what is missing is added in halves, the
// larger one behind.
struct Window {
  int64_t size = 1;
  int64_t stride = 1;
  Padding padding = Padding::kSame;

  int64_t Out(int64_t in) const;
  int64_t Before(int64_t in) const;  // rows of padding
  int64_t After(int64_t in) const;
};

// Inputs after x, in order, and what one position does with input x and state h (and c), all of
// width `width`, [in, width] w_i, ...:
enum class RecurrentCell {
  // w_i, b_i [width], w_h [width, width], b_h [width], h₀: h ← relu(x·w_i + b_i + h·w_h + b_h)
  kVanilla,
  // w_i [in, 3·width], w_h [width, 3·width], b [3·width], h₀; parts z, r, a:
  // z, r = sigmoid(x·w_i + h·w_h + b), a = tanh(x·w_i + (r∘h)·w_h + b), h ← (1 − z)∘h + z∘a
  kGru,
  // w [in + width, 4·width], b [4·width], h₀, c₀; parts i, g, f, o of (x, h)·w + b:
  // c ← sigmoid(f + 1)∘c + sigmoid(i)∘tanh(g), h ← sigmoid(o)∘tanh(c)
  kLstm,
};

struct Node {
  Op op{};
  std::vector<int> inputs = {};  // numbers of nodes before this one
  Extents shape = {};
  bool tokens = false;  // whole numbers

  // What the operation's comment calls them.
  int index = -1;
  double scalar = 0, second = 0;
  int64_t first = 0, count = 0, axis = 0;
  std::vector<int64_t> axes = {};
  int flags = 0;
  Window window = {};
  v1::Activation activation = v1::ACTIVATION_UNSPECIFIED;
  RecurrentCell cell{};
  std::vector<double> values = {};
};

inline constexpr int kKeepKeys = 1, kAttentionFactors = 2, kCausal = 4;

// How a tensor begins.
enum class InitKind {
  kZeros,
  kOnes,
  kNormal,           // standard deviation `scale`
  kTruncatedNormal,  // the same, drawn within two of them
  kUniform,          // ± scale
  kOrthogonal,       // rows or columns orthonormal, times scale; axes but the last are one
  kIdentity,
  // One of the five of parametric tasks (v1::Initializer), by the episode's choices `kind_choice`
  // and `scale_choice` where those are ≥ 0.
  kParametric,
};
struct TensorInit {
  InitKind kind = InitKind::kZeros;
  double scale = 1;
  v1::Initializer initializer = v1::INITIALIZER_UNSPECIFIED;
  int kind_choice = -1, scale_choice = -1;
};

// Rows that a batch draws, and what they are.
enum class InputKind { kImages, kLabels, kTokens, kFeatures, kTargets };
struct NetworkInput {
  InputKind kind{};
  Extents shape;  // [example, ...]
};

// Numbers that a step or an episode draws by counter.
enum class DrawKind {
  kNormal,   // standard
  kUniform,  // in [low, high)
  kKeep,     // 1/keep with probability `keep`, else 0: dropout's factors
  kMade,     // what `make` makes of `words` numbers of the stream: examples that no file has
};

// Where a made draw stands.
struct DrawPlace {
  const Stream& stream;           // of the step, or of the episode
  uint64_t first = 0;             // of the stream's numbers: [first, first + words) are the draw's
  std::span<const float> before;  // all draws before it in the same list, one after the other
};
// Fills out, [the draw's elements], always with the same bits for the same place. Thread-safe.
using DrawMaker = std::function<void(const DrawPlace& place, std::span<float> out)>;

struct NetworkDraw {
  DrawKind kind{};
  Extents shape;
  double low = 0, high = 1;
  double keep = 1;
  DrawMaker make = {};
  uint64_t words = 0;
};

// A setting that every episode of every particle draws of its own: one of `options` equally likely
// whole numbers, or, if there are none, uniform in [low, high).
struct NetworkChoice {
  std::string name;  // "activation"
  std::vector<int> options;
  double low = 0, high = 0;
};

// From a loss to what the outer estimator sees:
//   z = factor · loss, or its ln(z + 1e-8);  offset + slope · clip(z, low, high)
// NaN becomes `high` instead of z, and so do infinities if `replaces_infinities`.
struct MetaLossRule {
  double factor = 1;
  bool log = false;
  bool replaces_infinities = false;
  double low = 0, high = 0;
  double slope = 1, offset = 0;

  float operator()(float loss) const;
  float bound() const;  // the largest value
};

// What google/learned_optimization calls a batch norm's running statistics:
// "batch_norm/~/mean_ema".
struct BatchNormNames {
  std::string mean, variance;
};

struct Network {
  std::vector<ParameterTensor> tensors;
  std::vector<TensorInit> inits;  // [tensor]
  std::vector<NetworkInput> inputs;
  std::vector<NetworkDraw> draws;          // of a step
  std::vector<NetworkDraw> episode_draws;  // of an episode
  std::vector<NetworkChoice> choices;
  std::vector<BatchNormNames> batch_norms;  // [norm], `index` of the node
  std::vector<Node> nodes;
  int loss = -1;    // node: [], the mean over the batch
  int logits = -1;  // node: [..., class], with labels; −1 for a task without classes
  int labels = -1;
  int label_weights = -1;  // node: 1 for a label that counts, else 0; −1: all do
  MetaLossRule meta_loss;

  int64_t batch = 0;  // examples of a step

  const Node& at(int node) const { return nodes[static_cast<size_t>(node)]; }
  int64_t draw_floats() const;
  int64_t episode_floats() const;
  // Does every step make examples of its own? Then there are as many as one wants.
  bool makes_examples() const;
};

}  // namespace paceline
