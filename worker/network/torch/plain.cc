#include "worker/network/torch/plain.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/triu.h>
#include <ATen/ops/where.h>

#include <limits>

#include "worker/network/torch/activate.h"
#include "worker/network/torch/elements.h"

namespace paceline {
namespace {

constexpr double kMasked = -1e30;

// Host numbers as a tensor of its own memory.
at::Tensor FloatsOf(std::span<const float> values, const Extents& shape, at::ScalarType type) {
  return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat).to(type, false, true);
}

at::Tensor TokensOf(std::span<const int32_t> values, const Extents& shape) {
  return at::from_blob(const_cast<int32_t*>(values.data()), shape, at::kInt).to(at::kLong);
}

// [example, row, column, channel] → [example, channel, row, column] and back.
at::Tensor ChannelsFirst(const at::Tensor& x) { return x.permute({0, 3, 1, 2}); }
at::Tensor ChannelsLast(const at::Tensor& x) { return x.permute({0, 2, 3, 1}); }

// Images with `value` around them, as the window wants it.
at::Tensor Padded(const at::Tensor& x, const Window& window, double value) {
  const int64_t rows = x.size(2), columns = x.size(3);
  return at::constant_pad_nd(
      x, {window.Before(columns), window.After(columns), window.Before(rows), window.After(rows)},
      value);
}

class Run {
 public:
  Run(const Network& network, const std::vector<at::Tensor>& parameters,
      const NetworkInputs& inputs)
      : network_(network),
        parameters_(parameters),
        inputs_(inputs),
        type_(parameters.empty() ? at::kFloat : parameters.front().scalar_type()) {}

  PlainValues Take() {
    for (const Node& node : network_.nodes) values_.push_back(Compute(node));
    results_.loss = values_[static_cast<size_t>(network_.loss)];
    if (network_.logits >= 0) {
      results_.logits = values_[static_cast<size_t>(network_.logits)];
      results_.labels = values_[static_cast<size_t>(network_.labels)];
    }
    if (network_.label_weights >= 0) {
      results_.label_weights = values_[static_cast<size_t>(network_.label_weights)];
    }
    return std::move(results_);
  }

 private:
  const at::Tensor& In(const Node& node, size_t i) const {
    return values_[static_cast<size_t>(node.inputs[i])];
  }

  at::Tensor Compute(const Node& node) {
    switch (node.op) {
      case Op::kInput:
        return Input(node);
      case Op::kParameter:
        return parameters_[static_cast<size_t>(node.index)];
      case Op::kDraw:
        return Drawn(inputs_.draws, network_.draws, node);
      case Op::kEpisode:
        return Drawn(inputs_.episode, network_.episode_draws, node);
      case Op::kConstant:
        return at::tensor(at::ArrayRef<double>(node.values), at::kDouble)
            .reshape(node.shape)
            .to(type_);
      case Op::kDense:
        return WithBias(node, at::matmul(In(node, 0), In(node, 1)));
      case Op::kProduct:
        return at::matmul(In(node, 0), In(node, 1));
      case Op::kConv:
        return WithBias(node, Convolved(node));
      case Op::kMaxPool:
        return MaxPooled(node);
      case Op::kMeanPool:
        return MeanPooled(node);
      case Op::kEmbed:
        return In(node, 1).index_select(0, In(node, 0).reshape({-1})).reshape(node.shape);
      case Op::kBatchNorm:
        return BatchNormed(node);
      case Op::kLayerNorm:
        return Normed(node, {In(node, 0).dim() - 1});
      case Op::kActivate:
        return Activate(ActivationOf(node), In(node, 0));
      case Op::kAttention:
        return Attended(node);
      case Op::kRecurrent:
        return Recurred(node);
      case Op::kCrossEntropy:
        return CrossEntropy(node);
      case Op::kSelect:
        return In(node, static_cast<size_t>(ChosenOption(network_, inputs_.episode, node.index)));
      case Op::kAdd:
        return In(node, 0) + In(node, 1);
      case Op::kSubtract:
        return In(node, 0) - In(node, 1);
      case Op::kMultiply:
        return In(node, 0) * In(node, 1);
      case Op::kDivide:
        return In(node, 0) / In(node, 1);
      case Op::kAffine:
      case Op::kSquare:
      case Op::kSqrt:
      case Op::kExp:
      case Op::kLog:
      case Op::kTanh:
      case Op::kSigmoid:
      case Op::kClip:
      case Op::kStopGradient:
      case Op::kNotEqual:
      case Op::kFold:
      case Op::kTokens:
        return Element(node, In(node, 0), type_);
      case Op::kReshape:
        return In(node, 0).reshape(node.shape);
      case Op::kTranspose:
        return In(node, 0).transpose(node.first, node.axis);
      case Op::kConcat:
        return Concatenated(node);
      case Op::kSlice:
        return In(node, 0).narrow(node.axis, node.first, node.count);
      case Op::kBroadcast:
        return In(node, 0).expand(node.shape);
      case Op::kSum:
        return In(node, 0).sum(node.axes);
      case Op::kMean:
        return In(node, 0).mean(node.axes);
    }
    return {};
  }

  at::Tensor Input(const Node& node) const {
    const HostArray& array = inputs_.arrays[static_cast<size_t>(node.index)];
    return node.tokens ? TokensOf(array.tokens, node.shape)
                       : FloatsOf(array.floats, node.shape, type_);
  }

  at::Tensor Drawn(std::span<const float> numbers, const std::vector<NetworkDraw>& draws,
                   const Node& node) const {
    const NetworkDraw& draw = draws[static_cast<size_t>(node.index)];
    const auto offset = static_cast<size_t>(DrawOffset(draws, node.index));
    const at::Tensor drawn = FloatsOf(numbers.subspan(offset), node.shape, type_);
    // In double, 1/keep is not what float makes of it.
    return draw.kind == DrawKind::kKeep ? drawn.ne(0).to(type_) * (1 / draw.keep) : drawn;
  }

  at::Tensor WithBias(const Node& node, const at::Tensor& y) const {
    return node.inputs.size() > 2 ? y + In(node, 2).reshape({-1}) : y;
  }

  at::Tensor Convolved(const Node& node) const {
    const at::Tensor x = Padded(ChannelsFirst(In(node, 0)), node.window, 0);
    const at::Tensor w = In(node, 1).permute({3, 2, 0, 1});
    const int64_t stride = node.window.stride;
    return ChannelsLast(at::conv2d(x, w, {}, {stride, stride}));
  }

  at::Tensor MaxPooled(const Node& node) const {
    const int64_t size = node.window.size, stride = node.window.stride;
    const at::Tensor x =
        Padded(ChannelsFirst(In(node, 0)), node.window, -std::numeric_limits<double>::infinity());
    return ChannelsLast(at::max_pool2d(x, {size, size}, {stride, stride}));
  }

  at::Tensor MeanPooled(const Node& node) const {
    const int64_t size = node.window.size, stride = node.window.stride;
    const at::Tensor x = ChannelsFirst(In(node, 0));
    const auto sums = [&](const at::Tensor& of) {
      return at::avg_pool2d(Padded(of, node.window, 0), {size, size}, {stride, stride});
    };
    return ChannelsLast(sums(x) / sums(at::ones_like(x)));
  }

  at::Tensor Normed(const Node& node, at::IntArrayRef axes, at::Tensor* mean_out = nullptr,
                    at::Tensor* variance_out = nullptr) const {
    const at::Tensor& x = In(node, 0);
    const at::Tensor mean = x.mean(axes, /*keepdim=*/true);
    const at::Tensor variance = (x - mean).square().mean(axes, /*keepdim=*/true);
    if (mean_out != nullptr) *mean_out = mean.detach().reshape({-1});
    if (variance_out != nullptr) *variance_out = variance.detach().reshape({-1});
    return (x - mean) * (variance + node.scalar).rsqrt() * In(node, 1).reshape({-1}) +
           In(node, 2).reshape({-1});
  }

  at::Tensor BatchNormed(const Node& node) {
    std::vector<int64_t> axes;
    for (int64_t axis = 0; axis + 1 < In(node, 0).dim(); ++axis) axes.push_back(axis);
    return Normed(node, axes, &results_.means.emplace_back(), &results_.variances.emplace_back());
  }

  v1::Activation ActivationOf(const Node& node) const {
    if (node.index < 0) return node.activation;
    const auto option = static_cast<size_t>(ChosenOption(network_, inputs_.episode, node.index));
    return static_cast<v1::Activation>(
        network_.choices[static_cast<size_t>(node.index)].options[option]);
  }

  at::Tensor Attended(const Node& node) const {
    // [example, head, position, width]
    const auto heads = [&](size_t i) {
      const at::Tensor& x = In(node, i);
      return x.reshape({x.size(0), x.size(1), node.count, x.size(2) / node.count}).transpose(1, 2);
    };
    at::Tensor scores = at::matmul(heads(0), heads(1).transpose(2, 3)) * node.scalar;
    size_t next = 3;
    at::Tensor hidden = at::ones({scores.size(2), scores.size(3)}, at::kBool).logical_not();
    if (node.flags & kCausal) hidden = at::triu(hidden.logical_not(), 1);
    if (node.flags & kKeepKeys) {
      hidden = hidden.logical_or(In(node, next++).eq(0).reshape({scores.size(0), 1, 1, -1}));
    }
    scores = at::where(hidden, at::full_like(scores, kMasked), scores);
    at::Tensor weights = at::softmax(scores, -1);
    if (node.flags & kAttentionFactors) weights = weights * In(node, next);
    return at::matmul(weights, heads(2)).transpose(1, 2).reshape(node.shape);
  }

  at::Tensor Recurred(const Node& node) const {
    const at::Tensor& x = In(node, 0);
    const int64_t width = node.shape.back();
    const size_t first_state = node.cell == RecurrentCell::kVanilla ? 5
                               : node.cell == RecurrentCell::kGru   ? 4
                                                                    : 3;
    at::Tensor h = In(node, first_state).expand({x.size(0), width}), c;
    if (node.cell == RecurrentCell::kLstm) c = In(node, 4).expand({x.size(0), width});
    std::vector<at::Tensor> outputs;
    for (int64_t t = 0; t < x.size(1); ++t) {
      const at::Tensor in = x.select(1, t);
      switch (node.cell) {
        case RecurrentCell::kVanilla:
          h = (at::matmul(in, In(node, 1)) + In(node, 2) + at::matmul(h, In(node, 3)) + In(node, 4))
                  .relu();
          break;
        case RecurrentCell::kGru:
          h = GruStep(node, in, h);
          break;
        case RecurrentCell::kLstm:
          h = LstmStep(node, in, h, c);
          break;
      }
      outputs.push_back(h);
    }
    return at::stack(outputs, 1);
  }

  at::Tensor GruStep(const Node& node, const at::Tensor& in, const at::Tensor& h) const {
    const int64_t width = h.size(1);
    const at::Tensor own = at::matmul(in, In(node, 1)) + In(node, 3);
    const at::Tensor& w_h = In(node, 2);
    const at::Tensor gates =
        (own.narrow(1, 0, 2 * width) + at::matmul(h, w_h.narrow(1, 0, 2 * width))).sigmoid();
    const at::Tensor z = gates.narrow(1, 0, width), r = gates.narrow(1, width, width);
    const at::Tensor a =
        (own.narrow(1, 2 * width, width) + at::matmul(r * h, w_h.narrow(1, 2 * width, width)))
            .tanh();
    return (1 - z) * h + z * a;
  }

  at::Tensor LstmStep(const Node& node, const at::Tensor& in, const at::Tensor& h,
                      at::Tensor& c) const {
    const int64_t width = h.size(1);
    const at::Tensor parts = at::matmul(at::cat({in, h}, 1), In(node, 1)) + In(node, 2);
    const auto part = [&](int64_t i) { return parts.narrow(1, i * width, width); };
    c = (part(2) + 1).sigmoid() * c + part(0).sigmoid() * part(1).tanh();
    return part(3).sigmoid() * c.tanh();
  }

  at::Tensor CrossEntropy(const Node& node) const {
    const at::Tensor log_parts = In(node, 0).log_softmax(-1);
    return log_parts.gather(-1, In(node, 1).unsqueeze(-1)).squeeze(-1).neg();
  }

  at::Tensor Concatenated(const Node& node) const {
    std::vector<at::Tensor> parts;
    for (size_t i = 0; i < node.inputs.size(); ++i) parts.push_back(In(node, i));
    return at::cat(parts, node.axis);
  }

  const Network& network_;
  const std::vector<at::Tensor>& parameters_;
  const NetworkInputs& inputs_;
  const at::ScalarType type_;
  std::vector<at::Tensor> values_;  // [node]
  PlainValues results_;
};

}  // namespace

PlainValues RunPlain(const Network& network, const std::vector<at::Tensor>& parameters,
                     const NetworkInputs& inputs) {
  return Run(network, parameters, inputs).Take();
}

}  // namespace paceline
