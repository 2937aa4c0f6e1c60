#include "worker/kernels/mlp.h"

#include <algorithm>

namespace paceline::kernels {

#define PACELINE_DECLARE(target)                                                                   \
  namespace simd_##target {                                                                        \
    float MlpLossAndGradient(const MlpShape&, const MlpScratch&, const float*, const int32_t*,     \
                             const float*, float*, float*);                                        \
    void MlpCurvatureProducts(const MlpShape&, const MlpCurvatureScratch&, const float*,           \
                              const int32_t*, const float*, const float*, float*, float*, float*); \
    MlpScore ScoreMlp(const MlpShape&, const MlpScratch&, const float*, const int32_t*,            \
                      const float*, float*);                                                       \
  }
PACELINE_DECLARE(Scalar)
PACELINE_DECLARE(Avx2)
PACELINE_DECLARE(Avx512)
#undef PACELINE_DECLARE

MlpScratch::MlpScratch(const MlpShape& shape, Rows rows) {
  const auto take = [this](size_t floats) {
    const size_t offset = size;
    size += (floats + 15) / 16 * 16;
    return offset;
  };
  const bool vectors = rows == Rows::kForVectors;
  const auto padded = [&](int n) { return static_cast<size_t>(vectors ? Padded(n) : n | 1); };
  const size_t batch = shape.batch;
  for (int l = 0; l < shape.layers; ++l) {
    const int in = shape.widths[l], out = shape.widths[l + 1];
    stride[l] = padded(out);
    copied[l] = vectors && out % 16 != 0;
    if (copied[l]) {
      weights[l] = take(in * stride[l]);
      biases[l] = take(stride[l]);
    }
    if (l > 0) {
      transposed_stride[l] = padded(in);
      transposed[l] = take(out * transposed_stride[l]);
    }
    before[l] = take(batch * stride[l]);
    if (l + 1 < shape.layers) after[l] = take(batch * stride[l]);
  }
  if (vectors) columns = take(shape.widths[shape.layers] * size_t{16});
  terms = take(batch);
  loss = take(1);
  image_stride = vectors ? shape.widths[0] : padded(shape.widths[0]);
}

MlpCurvatureScratch::MlpCurvatureScratch(const MlpShape& shape, Rows rows) : mlp(shape, rows) {
  const auto take = [this](size_t floats) {
    const size_t offset = size;
    size += (floats + 15) / 16 * 16;
    return offset;
  };
  take(mlp.size);
  probe = take(mlp.size);
  size_t widest = 0;
  for (int l = 0; l < shape.layers; ++l) {
    const size_t values = shape.batch * mlp.stride[l];
    for (size_t* array : {&tangent_before[l], &tangent_after[l], &slope[l], &hessian_slope[l],
                          &gauss_newton_slope[l]}) {
      *array = take(values);
    }
    widest = std::max(widest, shape.widths[l] * mlp.stride[l]);
  }
  partial = take(widest);
}

MlpKernel::MlpKernel(const MlpShape& shape, lane::Target target)
    : shape_(shape),
      at_(shape_, Rows::kForVectors),
      curvature_at_(shape_, Rows::kForVectors),
      target_(target) {}

float MlpKernel::LossAndGradient(std::span<const float> images, std::span<const int32_t> labels,
                                 std::span<const float> parameters, std::span<float> gradient,
                                 std::span<float> scratch) const {
  const auto run = [&](auto function) {
    return function(shape_, at_, images.data(), labels.data(), parameters.data(), gradient.data(),
                    scratch.data());
  };
  switch (target_) {
    case lane::Target::kAvx512:
      return run(simd_Avx512::MlpLossAndGradient);
    case lane::Target::kAvx2:
      return run(simd_Avx2::MlpLossAndGradient);
    case lane::Target::kScalar:
      break;
  }
  return run(simd_Scalar::MlpLossAndGradient);
}

void MlpKernel::CurvatureProducts(std::span<const float> images, std::span<const int32_t> labels,
                                  std::span<const float> parameters, std::span<const float> v,
                                  std::span<float> hessian_product,
                                  std::span<float> gauss_newton_product,
                                  std::span<float> scratch) const {
  const auto run = [&](auto function) {
    function(shape_, curvature_at_, images.data(), labels.data(), parameters.data(), v.data(),
             hessian_product.data(), gauss_newton_product.data(), scratch.data());
  };
  switch (target_) {
    case lane::Target::kAvx512:
      return run(simd_Avx512::MlpCurvatureProducts);
    case lane::Target::kAvx2:
      return run(simd_Avx2::MlpCurvatureProducts);
    case lane::Target::kScalar:
      break;
  }
  run(simd_Scalar::MlpCurvatureProducts);
}

MlpScore MlpKernel::Score(std::span<const float> images, std::span<const int32_t> labels,
                          std::span<const float> parameters, std::span<float> scratch) const {
  const auto run = [&](auto function) {
    return function(shape_, at_, images.data(), labels.data(), parameters.data(), scratch.data());
  };
  switch (target_) {
    case lane::Target::kAvx512:
      return run(simd_Avx512::ScoreMlp);
    case lane::Target::kAvx2:
      return run(simd_Avx2::ScoreMlp);
    case lane::Target::kScalar:
      break;
  }
  return run(simd_Scalar::ScoreMlp);
}

}  // namespace paceline::kernels
