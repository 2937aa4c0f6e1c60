#include "worker/network/torch/elements.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>

namespace paceline {

at::Tensor Element(const Node& node, const at::Tensor& x, at::ScalarType type) {
  if (node.op == Op::kAffine) return x * node.scalar + node.second;
  if (node.op == Op::kSquare) return x.square();
  if (node.op == Op::kSqrt) return x.sqrt();
  if (node.op == Op::kExp) return x.exp();
  if (node.op == Op::kLog) return x.log();
  if (node.op == Op::kTanh) return x.tanh();
  if (node.op == Op::kSigmoid) return x.sigmoid();
  if (node.op == Op::kClip) return x.clamp(node.scalar, node.second);
  if (node.op == Op::kStopGradient) return x.detach();
  if (node.op == Op::kNotEqual) return x.ne(node.scalar).to(type);
  if (node.op == Op::kTokens) return x.nan_to_num(0).floor().clamp(0, node.count - 1).to(at::kLong);
  return at::where(x.ge(node.count), x.remainder(node.count - 1) + 1, x);
}

}  // namespace paceline
