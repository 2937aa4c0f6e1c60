#include "worker/network/fused/loops.h"
#include "worker/network/fused/ops.h"

namespace paceline::fused {
namespace {

kernels::ActivationKind ActivationOf(const Frame& f, const Node& node) {
  if (node.op == Op::kTanh) return kernels::ActivationKind::kTanh;
  if (node.op == Op::kSigmoid) return kernels::ActivationKind::kSigmoid;
  int activation = node.activation;
  if (node.index >= 0) {
    const auto option = static_cast<size_t>(f.Option(node.index));
    activation = f.network.choices[static_cast<size_t>(node.index)].options[option];
  }
  return activation == v1::ACTIVATION_UNSPECIFIED
             ? kernels::ActivationKind::kRelu
             : static_cast<kernels::ActivationKind>(activation);
}

MapKind KindOf(Op op) {
  if (op == Op::kAffine) return MapKind::kAffine;
  if (op == Op::kSquare) return MapKind::kSquare;
  if (op == Op::kSqrt) return MapKind::kSqrt;
  if (op == Op::kExp) return MapKind::kExp;
  if (op == Op::kLog) return MapKind::kLog;
  return op == Op::kClip ? MapKind::kClip : MapKind::kActivation;
}

Map MapOf(const Frame& f, int n) {
  return {.kind = KindOf(f.at(n).op),
          .activation = ActivationOf(f, f.at(n)),
          .scalar = static_cast<float>(f.at(n).scalar),
          .second = static_cast<float>(f.at(n).second),
          .count = f.Size(n),
          .x = f.In(n, 0)};
}

JoinKind KindOfJoin(Op op) {
  if (op == Op::kAdd) return JoinKind::kAdd;
  if (op == Op::kSubtract) return JoinKind::kSubtract;
  return op == Op::kMultiply ? JoinKind::kMultiply : JoinKind::kDivide;
}

Loops LoopsOf(const Frame& f, int n) {
  return {f.Shape(n), BroadcastStrides(f.InShape(n, 0), f.Shape(n)),
          BroadcastStrides(f.InShape(n, 1), f.Shape(n))};
}

Join JoinOf(const Frame& f, int n, const Loops& loops) {
  return {.kind = KindOfJoin(f.at(n).op),
          .count = loops.count(),
          .x = f.In(n, 0),
          .x_step = loops.x_step(),
          .y = f.In(n, 1),
          .y_step = loops.y_step()};
}

// body(the rows' operands, begin of the row, of x's, of y's)
template <class Body>
void ForJoins(const Frame& f, int n, const Body& body) {
  const Loops loops = LoopsOf(f, n);
  const Join whole = JoinOf(f, n, loops);
  loops.ForRows([&](size_t at, size_t x, size_t y) {
    Join join = whole;
    join.x += x;
    join.y += y;
    body(join, at, x, y);
  });
}

}  // namespace

void Mapped(const Frame& f, int n) { f.kernels.MapForward(MapOf(f, n), f.Out(n)); }

void MappedSlope(const Frame& f, int n) {
  f.kernels.MapSlope(MapOf(f, n), f.Value(n), f.OutSlope(n), f.InSlope(n, 0), f.Adds(n, 0));
}

void Joined(const Frame& f, int n) {
  ForJoins(f, n, [&](const Join& join, size_t at, size_t, size_t) {
    f.kernels.JoinForward(join, f.Out(n) + at);
  });
}

void JoinedSlope(const Frame& f, int n) {
  for (const size_t i : {0u, 1u}) {
    if (!f.Wants(n, i)) continue;
    // What is broadcast has a sum.
    const bool sums = f.InSize(n, i) < f.Size(n);
    float* const slope = sums ? f.ClearedSlope(n, i) : f.InSlope(n, i);
    const bool adds = sums || f.Adds(n, i);
    ForJoins(f, n, [&](const Join& join, size_t at, size_t x, size_t y) {
      f.kernels.JoinSlope(join, i == 1, f.OutSlope(n) + at, slope + (i == 1 ? y : x), adds);
    });
  }
}

void OfTokens(const Frame& f, int n) {
  const Node& node = f.at(n);
  const size_t size = f.Size(n);
  if (node.op == Op::kTokens) {
    const auto most = static_cast<float>(node.count - 1);
    for (size_t i = 0; i < size; ++i) {
      const float x = f.In(n, 0)[i];
      f.TokensOut(n)[i] = x > 0 ? static_cast<int32_t>(std::min(x, most)) : 0;
    }
    return;
  }
  const int32_t* const x = f.TokensIn(n, 0);
  if (node.op == Op::kNotEqual) {
    for (size_t i = 0; i < size; ++i) f.Out(n)[i] = x[i] == node.scalar ? 0.0f : 1.0f;
    return;
  }
  const auto count = static_cast<int32_t>(node.count);
  for (size_t i = 0; i < size; ++i) {
    f.TokensOut(n)[i] = x[i] < count ? x[i] : 1 + x[i] % (count - 1);
  }
}

}  // namespace paceline::fused
