// Muon's matrix products, once per instruction set; all give the same bits.
#pragma once

#include <cstdint>

#include "common/lopt/plan/newton_schulz_plan.h"

namespace paceline {

// Replaces matrix [rows, columns padded to 16] by five Newton–Schulz iterations' towards the
// nearest orthogonal one. `scratch` as the plan says.
#define PACELINE_DECLARE_MUON(target)                                                     \
  namespace simd_##target {                                                               \
    void OrthogonalizeLoop(const NewtonSchulzPlan& plan, uint32_t rows, uint32_t columns, \
                           float* matrix, float* scratch);                                \
  }
PACELINE_DECLARE_MUON(Scalar)
PACELINE_DECLARE_MUON(Avx2)
PACELINE_DECLARE_MUON(Avx512)
#undef PACELINE_DECLARE_MUON

}  // namespace paceline
