#include "worker/network/fused/ops.h"

namespace paceline::fused {
namespace {

bool IsBatch(const Frame& f, int n) { return f.at(n).op == Op::kBatchNorm; }

Norm NormOf(const Frame& f, int n) {
  const size_t kept = Padded(IsBatch(f, n) ? f.Last(n) : f.Rows(n));
  return {.rows = f.Rows(n),
          .width = f.Last(n),
          .epsilon = static_cast<float>(f.at(n).scalar),
          .x = f.In(n, 0),
          .scale = f.In(n, 1),
          .offset = f.In(n, 2),
          .mean = f.Kept(n),
          .inverse = f.Kept(n) + kept};
}

}  // namespace

void Normed(const Frame& f, int n) {
  (IsBatch(f, n) ? f.kernels.BatchNorm : f.kernels.LayerNorm)(NormOf(f, n), f.Out(n));
}

void NormedSlope(const Frame& f, int n) {
  const NormSlopes slopes = {.dy = f.OutSlope(n),
                             .dx = f.InSlope(n, 0),
                             .dscale = f.InSlope(n, 1),
                             .doffset = f.InSlope(n, 2),
                             .x_adds = f.Adds(n, 0),
                             .scale_adds = f.Adds(n, 1),
                             .offset_adds = f.Adds(n, 2)};
  (IsBatch(f, n) ? f.kernels.BatchNormSlope : f.kernels.LayerNormSlope)(NormOf(f, n), slopes);
}

}  // namespace paceline::fused
