#include "common/network/cost.h"

#include <vector>

#include "common/lane/flops.h"
#include "common/network/activations.h"

namespace paceline {
namespace {

struct Work {
  double products = 0;  // multiply-adds of one product, forwards
  double elements = 0;  // other operations, forwards and backwards
};

// Multiply-adds of a cell's products over the positions, per example and position.
double CellProducts(const Network& network, const Node& node) {
  const auto width = static_cast<double>(node.shape.back());
  const auto in = static_cast<double>(network.at(node.inputs[0]).shape.back());
  const double parts = node.cell == RecurrentCell::kVanilla ? 1
                       : node.cell == RecurrentCell::kGru   ? 3
                                                            : 4;
  return parts * width * (in + width);
}

Work WorkOf(const Network& network, const Node& node) {
  const auto size = static_cast<double>(ElementsOf(node.shape));
  const auto in = [&](size_t i) -> const Extents& { return network.at(node.inputs[i]).shape; };
  switch (node.op) {
    case Op::kInput:
    case Op::kParameter:
    case Op::kDraw:
    case Op::kEpisode:
    case Op::kConstant:
    case Op::kStopGradient:
    case Op::kReshape:
    case Op::kTranspose:
    case Op::kConcat:
    case Op::kSlice:
    case Op::kNotEqual:
    case Op::kFold:
    case Op::kTokens:
    case Op::kSelect:
      return {};
    case Op::kDense:
      return {size * static_cast<double>(in(1)[0]), node.inputs.size() > 2 ? 2 * size : 0};
    case Op::kProduct:
      return {size * static_cast<double>(in(0).back()), 0};
    case Op::kConv: {
      const Extents& w = in(1);
      return {size * static_cast<double>(w[0] * w[1] * w[2]),
              node.inputs.size() > 2 ? 2 * size : 0};
    }
    case Op::kMaxPool:
    case Op::kMeanPool:
      return {0, 2 * size * static_cast<double>(node.window.size * node.window.size)};
    case Op::kEmbed:
      return {0, size};
    case Op::kBatchNorm:
    case Op::kLayerNorm:
      return {0, 16 * size};
    case Op::kActivate: {
      const ActivationFlops each = FlopsOf(node.activation);
      return {0, size * (each.value + each.slope + 1)};
    }
    case Op::kAttention: {
      const auto keys = static_cast<double>(in(1)[1]);
      const double rows = size / static_cast<double>(node.shape[2] / node.count);
      const auto width = static_cast<double>(in(0)[2] / node.count);
      return {rows * width * keys + size * keys, rows * keys * (kExp + 10)};
    }
    case Op::kRecurrent: {
      const double positions = size / static_cast<double>(node.shape.back());
      return {positions * CellProducts(network, node), size * (3 * kTanh + 20)};
    }
    case Op::kCrossEntropy: {
      const auto classes = static_cast<double>(in(0).back());
      return {0, size * (classes * (kExp + 6) + kLog + 3)};
    }
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kSquare:
    case Op::kClip:
    case Op::kBroadcast:
      return {0, 2 * size};
    case Op::kMultiply:
    case Op::kAffine:
      return {0, 3 * size};
    case Op::kDivide:
    case Op::kSqrt:
      return {0, 6 * size};
    case Op::kExp:
    case Op::kSigmoid:
      return {0, size * (kExp + 2)};
    case Op::kLog:
      return {0, size * (kLog + 2)};
    case Op::kTanh:
      return {0, size * (kTanh + 3)};
    case Op::kSum:
    case Op::kMean:
      return {0, 2 * static_cast<double>(ElementsOf(in(0)))};
  }
  return {};
}

// Does the node's value depend on a parameter?
std::vector<bool> Differentiable(const Network& network) {
  std::vector<bool> depends;
  for (const Node& node : network.nodes) {
    bool any = node.op == Op::kParameter;
    for (const int input : node.inputs) any = any || depends[static_cast<size_t>(input)];
    depends.push_back(any && HasGradient(node.op));
  }
  return depends;
}

bool IsLeaf(Op op) {
  return op == Op::kInput || op == Op::kParameter || op == Op::kDraw || op == Op::kEpisode ||
         op == Op::kConstant;
}

}  // namespace

NetworkCost CostOf(const Network& network) {
  const std::vector<bool> depends = Differentiable(network);
  NetworkCost cost;
  for (const NetworkInput& input : network.inputs) {
    cost.input_floats += static_cast<uint64_t>(ElementsOf(input.shape));
  }
  cost.input_floats += static_cast<uint64_t>(network.draw_floats());
  for (const Node& node : network.nodes) {
    if (IsLeaf(node.op)) continue;
    const Work work = WorkOf(network, node);
    // Forwards, the weights' gradient, and the input's where it has one.
    const bool first = !node.inputs.empty() && !depends[static_cast<size_t>(node.inputs[0])];
    cost.product_flops += 2 * work.products * (first ? 2 : 3);
    cost.flops += work.elements;
    if (node.op != Op::kReshape) cost.value_floats += static_cast<uint64_t>(ElementsOf(node.shape));
  }
  cost.flops += cost.product_flops;
  return cost;
}

}  // namespace paceline
