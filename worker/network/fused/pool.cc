#include "worker/network/fused/ops.h"

namespace paceline::fused {
namespace {

Pool PoolOf(const Frame& f, int n) {
  const Extents &in = f.InShape(n, 0), &out = f.Shape(n);
  const Window& window = f.at(n).window;
  return {.examples = static_cast<size_t>(in[0]),
          .channels = static_cast<size_t>(in[3]),
          .rows = in[1],
          .columns = in[2],
          .out_rows = out[1],
          .out_columns = out[2],
          .size = window.size,
          .stride = window.stride,
          .rows_before = window.Before(in[1]),
          .columns_before = window.Before(in[2])};
}

}  // namespace

void Pooled(const Frame& f, int n) {
  if (f.at(n).op == Op::kMaxPool) return f.kernels.MaxPool(PoolOf(f, n), f.In(n, 0), f.Out(n));
  f.kernels.MeanPool(PoolOf(f, n), f.In(n, 0), f.Out(n));
}

void PooledSlope(const Frame& f, int n) {
  float* const dx = f.ClearedSlope(n, 0);
  if (f.at(n).op == Op::kMaxPool) {
    return f.kernels.MaxPoolSlope(PoolOf(f, n), f.In(n, 0), f.Value(n), f.OutSlope(n), dx);
  }
  f.kernels.MeanPoolSlope(PoolOf(f, n), f.OutSlope(n), dx);
}

}  // namespace paceline::fused
