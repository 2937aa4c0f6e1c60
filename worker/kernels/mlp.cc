#include "worker/kernels/mlp.h"

#include <algorithm>

namespace paceline::kernels {

#define PACELINE_DECLARE(target)                                                               \
  namespace simd_##target {                                                                    \
    float MlpLossAndGradient(const MlpShape&, const MlpScratch&, const float*, const int32_t*, \
                             const float*, float*, float*);                                    \
  }
PACELINE_DECLARE(Scalar)
PACELINE_DECLARE(Avx2)
PACELINE_DECLARE(Avx512)
#undef PACELINE_DECLARE

MlpScratch::MlpScratch(const MlpShape& shape) {
  size = 0;
  const auto take = [this](size_t floats) {
    const size_t offset = size;
    size += (floats + 15) / 16 * 16;
    return offset;
  };
  size_t widest = 0, largest_gradient = 0;
  for (int l = 0; l < shape.layers; ++l) {
    const size_t in = shape.widths[l], out = Padded(shape.widths[l + 1]);
    weights[l] = take(in * out);
    transposed[l] = take(l == 0 ? 0 : shape.widths[l + 1] * size_t(Padded(shape.widths[l])));
    biases[l] = take(out);
    before[l] = take(shape.batch * out);
    after[l] = take(shape.batch * out);
    widest = std::max(widest, out);
    largest_gradient = std::max(largest_gradient, in * out);
  }
  const size_t batch = Padded(shape.batch);
  slope = take(batch * widest);
  slope_below = take(batch * widest);
  gradient = take(largest_gradient);
  columns = take(shape.widths[shape.layers] * batch);
}

MlpKernel::MlpKernel(const MlpShape& shape, lane::Target target)
    : shape_(shape), at_(shape_), target_(target) {}

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

}  // namespace paceline::kernels
