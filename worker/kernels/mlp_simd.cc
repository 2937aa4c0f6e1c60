// Compiled once per instruction set.
#include "worker/kernels/mlp_kernel.h"

namespace paceline::kernels::PACELINE_SIMD_NAMESPACE {

float MlpLossAndGradient(const MlpShape& shape, const MlpScratch& at, const float* images,
                         const int32_t* labels, const float* parameters, float* gradient,
                         float* scratch) {
  return MlpEvaluation<lane::SimdLane>(shape, at, scratch)
      .LossAndGradient(images, labels, parameters, gradient);
}

}  // namespace paceline::kernels::PACELINE_SIMD_NAMESPACE
