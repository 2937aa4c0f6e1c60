// What the peak is measured with does all the arithmetic that it is counted for.
#include <gtest/gtest.h>

#include <cmath>

#include "common/lane/dispatch.h"
#include "worker/bench/peak_kernel.h"

namespace paceline {
namespace {

struct Kernel {
  lane::Target target;
  size_t lanes;
  size_t (*function)(long rounds, float* numbers);
};
constexpr Kernel kKernels[] = {{lane::Target::kScalar, 1, simd_Scalar::FusedMultiplyAdds},
                               {lane::Target::kAvx2, 8, simd_Avx2::FusedMultiplyAdds},
                               {lane::Target::kAvx512, 16, simd_Avx512::FusedMultiplyAdds}};

class Peak : public testing::TestWithParam<Kernel> {};
INSTANTIATE_TEST_SUITE_P(All, Peak, testing::ValuesIn(kKernels),
                         [](const auto& kernel) { return lane::TargetName(kernel.param.target); });

TEST_P(Peak, EveryCountedNumberIsMovedByItsOwnMultiplyAdds) {
  if (GetParam().target > lane::ActiveTarget()) GTEST_SKIP() << "not on this processor";
  constexpr long kRounds = 5;
  float numbers[kMostPeakNumbers];
  for (size_t i = 0; i < kMostPeakNumbers; ++i) numbers[i] = 2 + static_cast<float>(i);
  const size_t count = GetParam().function(kRounds, numbers);
  EXPECT_EQ(count, 12 * GetParam().lanes);
  for (size_t i = 0; i < kMostPeakNumbers; ++i) {
    float expected = 2 + static_cast<float>(i);
    for (long round = 0; i < count && round < kRounds; ++round) {
      expected = std::fma(expected, 0.9999f, 0.0001f);
    }
    EXPECT_EQ(numbers[i], expected) << "number " << i;
  }
}

}  // namespace
}  // namespace paceline
