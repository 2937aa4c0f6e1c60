// Compiled once per instruction set.
#include "worker/kernels/mlp_curvature_kernel.h"

namespace paceline::kernels::PACELINE_SIMD_NAMESPACE {

void MlpCurvatureProducts(const MlpShape& shape, const MlpCurvatureScratch& at, const float* images,
                          const int32_t* labels, const float* parameters, const float* v,
                          float* hessian, float* gauss_newton, float* scratch) {
  const lane::Solo solo;
  const Batch batch = {images, static_cast<size_t>(shape.widths[0]), labels};
  MlpCurvature<lane::SimdLane, lane::Solo>(shape, at, parameters, v, scratch, solo)
      .Products(batch, hessian, gauss_newton);
}

}  // namespace paceline::kernels::PACELINE_SIMD_NAMESPACE
