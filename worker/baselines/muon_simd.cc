#include "common/lane/simd.h"
#include "common/lane/team.h"
#include "worker/baselines/muon_loop.h"
#include "worker/optim/parts/newton_schulz_kernel.h"

namespace paceline::PACELINE_SIMD_NAMESPACE {

void OrthogonalizeLoop(const NewtonSchulzPlan& plan, uint32_t rows, uint32_t columns, float* matrix,
                       float* scratch) {
  NewtonSchulz(plan, rows, columns, scratch).Orthogonalize<lane::SimdLane>(matrix, lane::Solo());
}

}  // namespace paceline::PACELINE_SIMD_NAMESPACE
