#include "worker/network/fused/loops.h"
#include "worker/network/fused/ops.h"

namespace paceline::fused {
namespace {

// The sum's places under every number of x.
Loops LoopsOf(const Frame& f, int n) {
  const Extents& shape = f.InShape(n, 0);
  return {shape, ReducedStrides(shape, f.at(n).axes), Loops::Strides(shape.size(), 0)};
}

float Factor(const Frame& f, int n) {
  if (f.at(n).op == Op::kSum) return 1;
  return static_cast<float>(static_cast<double>(f.Size(n)) / static_cast<double>(f.InSize(n, 0)));
}

Loops SpreadLoops(const Frame& f, int n) {
  return {f.Shape(n), BroadcastStrides(f.InShape(n, 0), f.Shape(n)),
          Loops::Strides(f.Shape(n).size(), 0)};
}

}  // namespace

void Reduced(const Frame& f, int n) {
  const Loops loops = LoopsOf(f, n);
  const float factor = Factor(f, n);
  std::fill_n(f.Out(n), f.Size(n), 0.0f);
  loops.ForRows([&](size_t at, size_t to, size_t) {
    f.kernels.AddUp(f.In(n, 0) + at, loops.count(), factor, f.Out(n) + to, loops.x_step(), true);
  });
}

void ReducedSlope(const Frame& f, int n) {
  const Loops loops = LoopsOf(f, n);
  const float factor = Factor(f, n);
  loops.ForRows([&](size_t at, size_t from, size_t) {
    f.kernels.Spread(f.OutSlope(n) + from, loops.x_step(), loops.count(), factor,
                     f.InSlope(n, 0) + at, f.Adds(n, 0));
  });
}

void Broadcasted(const Frame& f, int n) {
  const Loops loops = SpreadLoops(f, n);
  loops.ForRows([&](size_t at, size_t from, size_t) {
    f.kernels.Spread(f.In(n, 0) + from, loops.x_step(), loops.count(), 1, f.Out(n) + at, false);
  });
}

void BroadcastedSlope(const Frame& f, int n) {
  const Loops loops = SpreadLoops(f, n);
  float* const dx = f.ClearedSlope(n, 0);
  loops.ForRows([&](size_t at, size_t to, size_t) {
    f.kernels.AddUp(f.OutSlope(n) + at, loops.count(), 1, dx + to, loops.x_step(), true);
  });
}

}  // namespace paceline::fused
