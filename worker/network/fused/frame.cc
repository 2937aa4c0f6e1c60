#include "worker/network/fused/frame.h"

namespace paceline::fused {

const float* Frame::Value(int n) const {
  const int root = place(n).root;
  const Node& node = at(root);
  const auto index = static_cast<size_t>(node.index);
  if (node.op == Op::kInput) return inputs_.arrays[index].floats.data();
  if (node.op == Op::kParameter) return parameters_ + network.tensors[index].offset;
  if (node.op == Op::kDraw) return inputs_.draws.data() + DrawOffset(network.draws, node.index);
  if (node.op == Op::kEpisode) {
    return inputs_.episode.data() + DrawOffset(network.episode_draws, node.index);
  }
  if (node.op == Op::kConstant) return tables.constants[static_cast<size_t>(root)].data();
  return scratch_ + place(root).value;
}

const int32_t* Frame::Tokens(int n) const {
  const int root = place(n).root;
  const Node& node = at(root);
  if (node.op != Op::kInput) return reinterpret_cast<const int32_t*>(scratch_ + place(root).value);
  return inputs_.arrays[static_cast<size_t>(node.index)].tokens.data();
}

float* Frame::SlopeAt(int n) const {
  const int root = place(n).root;
  const Node& node = at(root);
  if (node.op != Op::kParameter) return scratch_ + place(root).slope;
  return gradient_ + network.tensors[static_cast<size_t>(node.index)].offset;
}

float* Frame::ClearedSlope(int n, size_t i) const {
  float* const slope = InSlope(n, i);
  if (slope != nullptr && !Adds(n, i)) std::fill_n(slope, InSize(n, i), 0.0f);
  return slope;
}

void Frame::ClearShared(int n) const {
  for (size_t i = 0; i < at(n).inputs.size(); ++i) {
    if (place(n).clears[i]) std::fill_n(InSlope(n, i), InSize(n, i), 0.0f);
  }
}

}  // namespace paceline::fused
