#include "worker/network/fused/fused_network.h"

#include <algorithm>

#include "worker/network/fused/ops.h"

namespace paceline {
namespace {

using fused::Frame;

// How an operation is computed, and the slopes of its inputs; null: nothing is to be done.
struct Steps {
  void (*value)(const Frame& f, int n) = nullptr;
  void (*slopes)(const Frame& f, int n) = nullptr;
};

Steps StepsOf(Op op) {
  switch (op) {
    case Op::kInput:
    case Op::kParameter:
    case Op::kDraw:
    case Op::kEpisode:
    case Op::kConstant:
    case Op::kReshape:
    case Op::kStopGradient:
      return {};
    case Op::kDense:
      return {fused::Dense, fused::DenseSlope};
    case Op::kProduct:
      return {fused::Multiplied, fused::MultipliedSlope};
    case Op::kConv:
      return {fused::Conv, fused::ConvSlope};
    case Op::kMaxPool:
    case Op::kMeanPool:
      return {fused::Pooled, fused::PooledSlope};
    case Op::kEmbed:
      return {fused::Embed, fused::EmbedSlope};
    case Op::kBatchNorm:
    case Op::kLayerNorm:
      return {fused::Normed, fused::NormedSlope};
    case Op::kAttention:
      return {fused::Attended, fused::AttendedSlope};
    case Op::kRecurrent:
      return {fused::Recurrent, fused::RecurrentSlope};
    case Op::kCrossEntropy:
      return {fused::CrossEntropies, fused::CrossEntropiesSlope};
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
      return {fused::Joined, fused::JoinedSlope};
    case Op::kActivate:
    case Op::kAffine:
    case Op::kSquare:
    case Op::kSqrt:
    case Op::kExp:
    case Op::kLog:
    case Op::kTanh:
    case Op::kSigmoid:
    case Op::kClip:
      return {fused::Mapped, fused::MappedSlope};
    case Op::kNotEqual:
    case Op::kFold:
    case Op::kTokens:
      return {fused::OfTokens};
    case Op::kTranspose:
      return {fused::Transposed, fused::TransposedSlope};
    case Op::kConcat:
      return {fused::Concatenated, fused::ConcatenatedSlope};
    case Op::kSlice:
      return {fused::Sliced, fused::SlicedSlope};
    case Op::kBroadcast:
      return {fused::Broadcasted, fused::BroadcastedSlope};
    case Op::kSum:
    case Op::kMean:
      return {fused::Reduced, fused::ReducedSlope};
    case Op::kSelect:
      return {fused::Selected, fused::SelectedSlope};
  }
  return {};
}

}  // namespace

fused::Tables fused::MakeTables(const Network& network) {
  Tables tables;
  size_t widest = 0;
  for (const Node& node : network.nodes) {
    tables.constants.emplace_back(node.values.begin(), node.values.end());
    tables.convs.emplace_back();
    if (node.op != Op::kConv) continue;
    tables.convs.back() = MakeConvTables(network, node);
    const Extents& w = network.at(node.inputs[1]).shape;
    widest = std::max(widest, static_cast<size_t>(std::max(w[2], w[3])));
  }
  tables.zeros.assign(widest, 0.0f);
  return tables;
}

FusedNetwork::FusedNetwork(const Network& network, lane::Target target)
    : network_(network),
      plan_(PlanFused(network_)),
      tables_(fused::MakeTables(network_)),
      kernels_(fused::KernelsOf(target)) {}

void FusedNetwork::Forward(const Frame& frame) const {
  for (int n = 0; n < static_cast<int>(network_.nodes.size()); ++n) {
    const auto value = StepsOf(network_.at(n).op).value;
    if (frame.place(n).used && value != nullptr) value(frame, n);
  }
}

void FusedNetwork::Backward(const Frame& frame) const {
  for (int n = static_cast<int>(network_.nodes.size()) - 1; n >= 0; --n) {
    if (!frame.place(n).has_slope) continue;
    frame.ClearShared(n);
    if (const auto slopes = StepsOf(network_.at(n).op).slopes) slopes(frame, n);
  }
}

float FusedNetwork::LossAndGradient(const NetworkInputs& inputs, std::span<const float> parameters,
                                    std::span<float> gradient, std::span<float> scratch) const {
  const Frame frame(network_, plan_, tables_, kernels_, inputs, parameters.data(), gradient.data(),
                    scratch.data());
  Forward(frame);
  const float loss = *frame.Value(network_.loss);
  // A parameter that the loss does not depend on.
  for (int n = 0; n < static_cast<int>(network_.nodes.size()); ++n) {
    const Node& node = network_.at(n);
    if (node.op != Op::kParameter || frame.place(n).has_slope) continue;
    const ParameterTensor& tensor = network_.tensors[static_cast<size_t>(node.index)];
    std::ranges::fill(gradient.subspan(tensor.offset, tensor.size), 0.0f);
  }
  if (frame.place(network_.loss).has_slope) {
    *frame.LossSlope() = 1;
    Backward(frame);
  }
  return loss;
}

float FusedNetwork::ErrorOf(const Frame& frame) const {
  const float* logits = frame.Value(network_.logits);
  const int32_t* const labels = frame.Tokens(network_.labels);
  const float* const weights =
      network_.label_weights < 0 ? nullptr : frame.Value(network_.label_weights);
  const size_t classes = frame.Last(network_.logits), rows = frame.Rows(network_.logits);
  size_t counted = 0, wrong = 0;
  for (size_t row = 0; row < rows; ++row, logits += classes) {
    if (weights != nullptr && weights[row] == 0) continue;
    ++counted;
    wrong += std::max_element(logits, logits + classes) - logits != labels[row];
  }
  return counted == 0 ? 0 : static_cast<float>(wrong) / static_cast<float>(counted);
}

NetworkScore FusedNetwork::Score(const NetworkInputs& inputs, std::span<const float> parameters,
                                 std::span<float> scratch) const {
  const Frame frame(network_, plan_, tables_, kernels_, inputs, parameters.data(), nullptr,
                    scratch.data());
  Forward(frame);
  return {.loss = *frame.Value(network_.loss), .error = network_.logits < 0 ? 0 : ErrorOf(frame)};
}

}  // namespace paceline
