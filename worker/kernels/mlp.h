// Loss and gradient of an image MLP by SIMD: the task half of the fused tier. The same bits on
// every instruction set; the oracle is ImageMlp::LossAndGradient.
#pragma once

#include <cstdint>
#include <span>

#include "common/lane/dispatch.h"
#include "worker/kernels/mlp_shape.h"

namespace paceline::kernels {

// Immutable and thread-safe; scratch is the caller's.
class MlpKernel {
 public:
  explicit MlpKernel(const MlpShape& shape, lane::Target target = lane::ActiveTarget());

  size_t scratch_size() const { return at_.size; }  // floats
  const MlpShape& shape() const { return shape_; }
  // images [batch, inputs], labels [batch] in [0, classes). Returns the mean cross-entropy, NaN or
  // inf if the run diverged.
  float LossAndGradient(std::span<const float> images, std::span<const int32_t> labels,
                        std::span<const float> parameters, std::span<float> gradient,
                        std::span<float> scratch) const;
  // The loss alone, and how many examples have another class than their label on top (the first of
  // equals is).
  MlpScore Score(std::span<const float> images, std::span<const int32_t> labels,
                 std::span<const float> parameters, std::span<float> scratch) const;

  // H·v and G·v of that loss for v [parameter]: as SoftmaxMlp::CurvatureProducts, but both are
  // made. Its own scratch.
  size_t curvature_scratch_size() const { return curvature_at_.size; }
  void CurvatureProducts(std::span<const float> images, std::span<const int32_t> labels,
                         std::span<const float> parameters, std::span<const float> v,
                         std::span<float> hessian_product, std::span<float> gauss_newton_product,
                         std::span<float> scratch) const;

 private:
  MlpShape shape_;
  MlpScratch at_;
  MlpCurvatureScratch curvature_at_;
  lane::Target target_;
};

}  // namespace paceline::kernels
