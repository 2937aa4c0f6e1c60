#include "worker/network/fused/ops.h"

namespace paceline::fused {
namespace {

Attention AttentionOf(const Frame& f, int n) {
  const Node& node = f.at(n);
  const Extents &q = f.InShape(n, 0), &v = f.InShape(n, 2);
  Attention a = {.examples = static_cast<size_t>(q[0]),
                 .heads = static_cast<size_t>(node.count),
                 .queries = static_cast<size_t>(q[1]),
                 .keys = static_cast<size_t>(v[1]),
                 .width = static_cast<size_t>(q[2] / node.count),
                 .value_width = static_cast<size_t>(v[2] / node.count),
                 .scale = static_cast<float>(node.scalar),
                 .causal = (node.flags & kCausal) != 0,
                 .q = f.In(n, 0),
                 .k = f.In(n, 1),
                 .v = f.In(n, 2),
                 .weights = f.Kept(n)};
  size_t next = 3;
  if (node.flags & kKeepKeys) a.keep = f.In(n, next++);
  if (node.flags & kAttentionFactors) a.factors = f.In(n, next);
  return a;
}

}  // namespace

void Attended(const Frame& f, int n) { f.kernels.Attend(AttentionOf(f, n), f.Out(n), f.Work(n)); }

void AttendedSlope(const Frame& f, int n) {
  f.kernels.AttendSlope(AttentionOf(f, n),
                        {.dy = f.OutSlope(n),
                         .dq = f.InSlope(n, 0),
                         .dk = f.InSlope(n, 1),
                         .dv = f.InSlope(n, 2),
                         .q_adds = f.Adds(n, 0),
                         .k_adds = f.Adds(n, 1),
                         .v_adds = f.Adds(n, 2)},
                        f.Work(n));
}

}  // namespace paceline::fused
