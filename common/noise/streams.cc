#include "common/noise/streams.h"

#include "common/lane/dispatch.h"
#include "common/noise/place.h"
#include "common/noise/streams_kernel.h"

namespace paceline {
namespace {

// Calls the active instruction set's version of one kernel.
template <class... Parameters, class... Arguments>
void Dispatch(void (*scalar)(Parameters...), void (*avx2)(Parameters...),
              void (*avx512)(Parameters...), const Arguments&... arguments) {
  switch (lane::ActiveTarget()) {
    case lane::Target::kScalar:
      return scalar(arguments...);
    case lane::Target::kAvx2:
      return avx2(arguments...);
    case lane::Target::kAvx512:
      return avx512(arguments...);
  }
}

}  // namespace

void FillWords(const Stream& stream, uint64_t first, std::span<uint32_t> out) {
  Dispatch(simd_Scalar::FillWords, simd_Avx2::FillWords, simd_Avx512::FillWords, PlaceOf(stream),
           first, out.data(), out.size());
}

void FillNormals(const Stream& stream, uint64_t first, std::span<float> out) {
  Dispatch(simd_Scalar::FillNormals, simd_Avx2::FillNormals, simd_Avx512::FillNormals,
           PlaceOf(stream), first, out.data(), out.size());
}

void FillIndices(const Stream& stream, uint64_t first, uint32_t bound, std::span<uint32_t> out) {
  Dispatch(simd_Scalar::FillIndices, simd_Avx2::FillIndices, simd_Avx512::FillIndices,
           PlaceOf(stream), first, bound, out.data(), out.size());
}

double UniformAt(const Stream& stream, uint64_t index) {
  const auto number = lane::ScalarU::Set(static_cast<uint32_t>(index / 4));
  const PhiloxBlock<lane::Scalar> block = Philox<lane::Scalar>(PlaceOf(stream), number);
  return block.words[index % 4].raw * 0x1p-32;
}

void Perturb(std::span<const float> theta, float sigma, int sign, const Stream& stream,
             std::span<float> out) {
  const float coefficient = sign < 0 ? -sigma : sigma;
  Dispatch(simd_Scalar::AddScaledNormals, simd_Avx2::AddScaledNormals,
           simd_Avx512::AddScaledNormals, PlaceOf(stream), uint64_t{0}, coefficient, theta.data(),
           out.data(), out.size());
}

void Perturb(std::span<const float> theta, std::span<const float> sigmas, float scale,
             const Stream& stream, std::span<float> out) {
  Dispatch(simd_Scalar::AddNormalsByElement, simd_Avx2::AddNormalsByElement,
           simd_Avx512::AddNormalsByElement, PlaceOf(stream), scale, sigmas.data(), theta.data(),
           out.data(), out.size());
}

void AddScaledNormals(float coefficient, const Stream& stream, uint64_t first,
                      std::span<float> sum) {
  Dispatch(simd_Scalar::AddScaledNormals, simd_Avx2::AddScaledNormals,
           simd_Avx512::AddScaledNormals, PlaceOf(stream), first, coefficient,
           static_cast<const float*>(sum.data()), sum.data(), sum.size());
}

}  // namespace paceline
