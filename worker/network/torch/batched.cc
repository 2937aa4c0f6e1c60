#include "worker/network/torch/batched.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <utility>

#include "worker/network/inputs.h"
#include "worker/network/torch/activate.h"
#include "worker/network/torch/elements.h"
#include "worker/network/torch/grouped.h"
#include "worker/network/torch/recurrent.h"

namespace paceline {
namespace {

constexpr double kMasked = -1e30;

// A node's values for all runs. Images between convolutions stay as grouped convolutions want
// them, and are put back when something else asks.
struct Batch {
  at::Tensor plain;    // [run, shape...]
  at::Tensor grouped;  // [example, run · channel, row, column]
};

class Run {
 public:
  Run(const Network& network, const std::vector<at::Tensor>& parameters,
      const BatchedInputs& inputs, const std::vector<at::Tensor>& constants)
      : network_(network),
        parameters_(parameters),
        inputs_(inputs),
        constants_(constants),
        runs_(parameters.front().size(0)),
        type_(parameters.front().scalar_type()),
        values_(network.nodes.size()) {}

  at::Tensor Loss() {
    for (size_t i = 0; i < network_.nodes.size(); ++i) values_[i] = Compute(network_.nodes[i]);
    return Plain(network_.loss);
  }

 private:
  // ---- one array, in the form that is asked for ----
  at::Tensor Plain(int node) {
    Batch& value = values_[static_cast<size_t>(node)];
    if (!value.plain.defined()) {
      const at::Tensor& x = value.grouped;  // → [run, example, row, column, channel]
      value.plain = x.view({x.size(0), runs_, x.size(1) / runs_, x.size(2), x.size(3)})
                        .permute({1, 0, 3, 4, 2});
    }
    return value.plain;
  }
  at::Tensor Grouped(int node) {
    Batch& value = values_[static_cast<size_t>(node)];
    if (!value.grouped.defined()) {
      const at::Tensor& x = value.plain;
      value.grouped =
          x.permute({1, 0, 4, 2, 3}).reshape({x.size(1), runs_ * x.size(4), x.size(2), x.size(3)});
    }
    return value.grouped;
  }
  at::Tensor In(const Node& node, size_t i) { return Plain(node.inputs[i]); }
  std::vector<at::Tensor> Ins(const Node& node) {
    std::vector<at::Tensor> all;
    for (const int input : node.inputs) all.push_back(Plain(input));
    return all;
  }
  at::Tensor GroupedIn(const Node& node, size_t i) { return Grouped(node.inputs[i]); }
  bool IsGrouped(const Node& node, size_t i) const {
    return !values_[static_cast<size_t>(node.inputs[i])].plain.defined();
  }

  Extents WithRuns(const Extents& shape) const {
    Extents with = {runs_};
    with.insert(with.end(), shape.begin(), shape.end());
    return with;
  }

  // A vector [run, n] that goes with the last axis of [run, ..., n].
  static at::Tensor AsLast(const at::Tensor& vector, int64_t axes) {
    Extents shape(static_cast<size_t>(axes), 1);
    shape.front() = vector.size(0);
    shape.back() = vector.numel() / vector.size(0);
    return vector.reshape(shape);
  }

  Batch Compute(const Node& node) {
    const at::Tensor grouped = ComputeGrouped(node);
    if (grouped.defined()) return {.plain = {}, .grouped = grouped};
    return {.plain = ComputePlain(node), .grouped = {}};
  }

  // Undefined for what is computed in the other form.
  at::Tensor ComputeGrouped(const Node& node) {
    if (node.op == Op::kConv) {
      return ConvolveGrouped(GroupedIn(node, 0), In(node, 1),
                             node.inputs.size() > 2 ? In(node, 2) : at::Tensor(), node.window);
    }
    if (node.op == Op::kMaxPool) return MaxPoolGrouped(GroupedIn(node, 0), node.window);
    if (node.op == Op::kMeanPool) return MeanPoolGrouped(GroupedIn(node, 0), node.window);
    if (node.inputs.empty() || !IsGrouped(node, 0)) return {};
    if (node.op == Op::kBatchNorm) {
      return BatchNormGrouped(GroupedIn(node, 0), In(node, 1), In(node, 2), node.scalar);
    }
    if (node.op == Op::kActivate && node.index < 0) {
      return Activate(node.activation, GroupedIn(node, 0));
    }
    if (node.op == Op::kAdd && IsGrouped(node, 1)) {
      return GroupedIn(node, 0) + GroupedIn(node, 1);
    }
    return {};
  }

  at::Tensor ComputePlain(const Node& node) {
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
        return Constant(node);
      case Op::kDense:
        return Dense(node);
      case Op::kProduct:
        return at::matmul(In(node, 0), In(node, 1));
      case Op::kEmbed:
        return Embedded(node);
      case Op::kBatchNorm:
        return Normed(node, AllButLast(node.shape.size()));
      case Op::kLayerNorm:
        return Normed(node, {-1});
      case Op::kActivate:
        return Activated(node);
      case Op::kAttention:
        return Attended(node);
      case Op::kRecurrent:
        return RecurrentBatched(node, Ins(node));
      case Op::kCrossEntropy:
        return CrossEntropy(node);
      case Op::kAdd:
        return Aligned(node, 0) + Aligned(node, 1);
      case Op::kSubtract:
        return Aligned(node, 0) - Aligned(node, 1);
      case Op::kMultiply:
        return Aligned(node, 0) * Aligned(node, 1);
      case Op::kDivide:
        return Aligned(node, 0) / Aligned(node, 1);
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
        return In(node, 0).reshape(WithRuns(node.shape));
      case Op::kTranspose:
        return In(node, 0).transpose(node.first + 1, node.axis + 1);
      case Op::kConcat:
        return at::cat(Ins(node), node.axis + 1);
      case Op::kSlice:
        return In(node, 0).narrow(node.axis + 1, node.first, node.count);
      case Op::kBroadcast:
        return Aligned(node, 0).expand(WithRuns(node.shape));
      case Op::kSum:
        return In(node, 0).sum(WithoutRun(node.axes));
      case Op::kMean:
        return Mean(node);
      case Op::kSelect:
        return Selected(node);
      case Op::kConv:
      case Op::kMaxPool:
      case Op::kMeanPool:
        break;
    }
    return {};
  }

  // ---- leaves ----
  at::Tensor Input(const Node& node) const {
    const at::Tensor& array = inputs_.arrays[static_cast<size_t>(node.index)];
    return node.tokens ? array : array.to(type_);
  }

  at::Tensor Drawn(const at::Tensor& numbers, const std::vector<NetworkDraw>& draws,
                   const Node& node) const {
    const NetworkDraw& draw = draws[static_cast<size_t>(node.index)];
    const at::Tensor drawn =
        numbers.narrow(1, DrawOffset(draws, node.index), ElementsOf(node.shape))
            .reshape(WithRuns(node.shape))
            .to(type_);
    // In double, 1/keep is not what float makes of it.
    const bool rounded = draw.kind == DrawKind::kKeep && type_ == at::kDouble;
    return rounded ? drawn.ne(0).to(type_) * (1 / draw.keep) : drawn;
  }

  at::Tensor Constant(const Node& node) const {
    const auto number = static_cast<size_t>(&node - network_.nodes.data());
    return constants_[number].expand(WithRuns(node.shape));
  }

  // ---- layers ----
  at::Tensor Dense(const Node& node) {
    const at::Tensor& w = In(node, 1);
    const at::Tensor x = In(node, 0).reshape({runs_, -1, w.size(1)});
    const at::Tensor y = node.inputs.size() > 2
                             ? at::baddbmm(In(node, 2).reshape({runs_, 1, -1}), x, w)
                             : at::bmm(x, w);
    return y.view(WithRuns(node.shape));
  }

  at::Tensor Embedded(const Node& node) {
    const at::Tensor w = In(node, 1), tokens = In(node, 0);
    // A row of one table for all runs. Its gradient sums in a fixed order on a GPU too.
    Extents lined(static_cast<size_t>(tokens.dim()), 1);
    lined.front() = runs_;
    const at::Tensor first = at::arange(runs_, tokens.options()).mul(w.size(1)).reshape(lined);
    return at::embedding(w.reshape({-1, w.size(2)}), tokens + first);
  }

  at::Tensor Activated(const Node& node) {
    const at::Tensor x = In(node, 0);
    if (node.index < 0) return Activate(node.activation, x);
    const std::vector<int>& options = network_.choices[static_cast<size_t>(node.index)].options;
    const auto activate = [&](int option, const at::Tensor& of) {
      return Activate(static_cast<v1::Activation>(options[static_cast<size_t>(option)]), of);
    };
    if (x.device().is_cpu()) {
      return ByRun(node.index, [&](int option, int64_t first, int64_t count) {
        return activate(option, x.narrow(0, first, count));
      });
    }
    std::vector<at::Tensor> all;
    for (size_t i = 0; i < options.size(); ++i) all.push_back(activate(static_cast<int>(i), x));
    return Picked(node.index, all);
  }

  at::Tensor Selected(const Node& node) {
    const std::vector<at::Tensor> options = Ins(node);
    if (!options.front().device().is_cpu()) return Picked(node.index, options);
    return ByRun(node.index, [&](int option, int64_t first, int64_t count) {
      return options[static_cast<size_t>(option)].narrow(0, first, count);
    });
  }

  // [run]: what each run's choice drew.
  at::Tensor Chosen(int choice) const {
    const auto choices = static_cast<int64_t>(network_.choices.size());
    return inputs_.episode.select(1, inputs_.episode.size(1) - choices + choice);
  }

  // part(option, first run, runs) for neighbours that chose the same.
  template <class Part>
  at::Tensor ByRun(int choice, const Part& part) const {
    const at::Tensor chosen = Chosen(choice).to(at::kInt).contiguous();
    const int* options = chosen.const_data_ptr<int>();
    std::vector<at::Tensor> parts;
    for (int64_t first = 0, end = 0; first < runs_; first = end) {
      while (end < runs_ && options[end] == options[first]) ++end;
      parts.push_back(part(options[first], first, end - first));
    }
    return at::cat(parts, 0);
  }

  // The same where host values must not matter: of all options, each run's.
  at::Tensor Picked(int choice, const std::vector<at::Tensor>& options) const {
    Extents shape(static_cast<size_t>(options.front().dim()), 1);
    shape.front() = runs_;
    const at::Tensor chosen = Chosen(choice).reshape(shape);
    at::Tensor picked = options.front();
    for (size_t i = 1; i < options.size(); ++i) {
      picked = at::where(chosen.eq(static_cast<double>(i)), options[i], picked);
    }
    return picked;
  }

  at::Tensor Normed(const Node& node, at::IntArrayRef axes) {
    const at::Tensor x = In(node, 0);
    const at::Tensor centred = x - x.mean(axes, /*keepdim=*/true);
    const at::Tensor variance = centred.square().mean(axes, /*keepdim=*/true);
    return centred * (variance + node.scalar).rsqrt() * AsLast(In(node, 1), x.dim()) +
           AsLast(In(node, 2), x.dim());
  }

  at::Tensor Attended(const Node& node) {
    // [run, example, head, position, width]
    const auto heads = [&](size_t i) {
      const at::Tensor x = In(node, i);
      return x.reshape({runs_, x.size(1), x.size(2), node.count, x.size(3) / node.count})
          .transpose(2, 3);
    };
    at::Tensor scores = at::matmul(heads(0), heads(1).transpose(3, 4)) * node.scalar;
    size_t next = 3;
    if (node.flags & kCausal) {
      const at::Tensor seen = at::ones({scores.size(3), scores.size(4)},
                                       at::TensorOptions(scores.device()).dtype(at::kBool))
                                  .tril();
      scores = scores.masked_fill(seen.logical_not(), kMasked);
    }
    if (node.flags & kKeepKeys) {
      const at::Tensor keep = In(node, next++);
      scores = scores.masked_fill(keep.eq(0).reshape({runs_, scores.size(1), 1, 1, -1}), kMasked);
    }
    at::Tensor weights = scores.softmax(-1);
    if (node.flags & kAttentionFactors) weights = weights * In(node, next);
    return at::matmul(weights, heads(2)).transpose(2, 3).reshape(WithRuns(node.shape));
  }

  at::Tensor CrossEntropy(const Node& node) {
    const at::Tensor log_parts = In(node, 0).log_softmax(-1);
    return log_parts.gather(-1, In(node, 1).unsqueeze(-1)).squeeze(-1).neg();
  }

  // ---- elements and shapes ----
  // An input with as many axes as the node, ones in front.
  at::Tensor Aligned(const Node& node, size_t i) {
    const at::Tensor x = In(node, i);
    Extents shape(node.shape.size() + 1, 1);
    shape.front() = runs_;
    std::copy(x.sizes().begin() + 1, x.sizes().end(), shape.end() - (x.dim() - 1));
    return x.reshape(shape);
  }

  at::Tensor Mean(const Node& node) {
    if (IsGrouped(node, 0) && node.axes == std::vector<int64_t>{1, 2}) {
      const at::Tensor x = GroupedIn(node, 0);
      return x.mean({2, 3}).view({x.size(0), runs_, -1}).transpose(0, 1);
    }
    return In(node, 0).mean(WithoutRun(node.axes));
  }

  static std::vector<int64_t> WithoutRun(std::vector<int64_t> axes) {
    for (int64_t& axis : axes) ++axis;
    return axes;
  }
  static std::vector<int64_t> AllButLast(size_t axes) {
    std::vector<int64_t> all;
    for (size_t axis = 1; axis < axes; ++axis) all.push_back(static_cast<int64_t>(axis));
    return all;
  }

  const Network& network_;
  const std::vector<at::Tensor>& parameters_;
  const BatchedInputs& inputs_;
  const std::vector<at::Tensor>& constants_;  // [node]: [1, shape...]
  const int64_t runs_;
  const at::ScalarType type_;
  std::vector<Batch> values_;  // [node]
};

}  // namespace

std::vector<at::Tensor> BatchedNetwork::Constants(const at::Tensor& like) const {
  const std::string place =
      like.device().str() + " " + std::string(at::toString(like.scalar_type()));
  const std::lock_guard lock(mutex_);
  std::vector<at::Tensor>& constants = constants_[place];
  if (!constants.empty()) return constants;
  for (const Node& node : network_.nodes) {
    at::Tensor& constant = constants.emplace_back();
    if (node.op != Op::kConstant) continue;
    constant = at::tensor(at::ArrayRef<double>(node.values), at::kDouble)
                   .reshape(node.shape)
                   .to(like.device(), like.scalar_type())
                   .unsqueeze(0);
  }
  return constants;
}

at::Tensor BatchedNetwork::Losses(const std::vector<at::Tensor>& parameters,
                                  const BatchedInputs& inputs) const {
  const std::vector<at::Tensor> constants = Constants(parameters.front());
  return Run(network_, parameters, inputs, constants).Loss();
}

}  // namespace paceline
