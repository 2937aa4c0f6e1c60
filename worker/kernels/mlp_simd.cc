// Compiled once per instruction set.
#include "worker/kernels/mlp_kernel.h"

namespace paceline::kernels::PACELINE_SIMD_NAMESPACE {

float MlpLossAndGradient(const MlpShape& shape, const MlpScratch& at, const float* images,
                         const int32_t* labels, const float* parameters, float* gradient,
                         float* scratch) {
  const lane::Solo solo;
  const Batch batch = {images, static_cast<size_t>(shape.widths[0]), labels};
  return MlpEvaluation<lane::SimdLane, lane::Solo>(shape, at, parameters, scratch, solo)
      .LossAndGradient(batch, gradient);
}

MlpScore ScoreMlp(const MlpShape& shape, const MlpScratch& at, const float* images,
                  const int32_t* labels, const float* parameters, float* scratch) {
  const lane::Solo solo;
  const Batch batch = {images, static_cast<size_t>(shape.widths[0]), labels};
  return MlpEvaluation<lane::SimdLane, lane::Solo>(shape, at, parameters, scratch, solo)
      .Score(batch);
}

}  // namespace paceline::kernels::PACELINE_SIMD_NAMESPACE
