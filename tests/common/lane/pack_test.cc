// Every lane type gives the same bits for every operation, special values included.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "common/lane/dispatch.h"
#include "common/lane/scalar.h"
#include "tests/common/lane/functions_kernel.h"

namespace paceline {
namespace {

constexpr size_t kCount = 1 << 16;

// Random bit patterns (every magnitude, subnormals, infinities) with a few special values in front.
std::vector<float> AnyFloats(uint32_t seed, bool with_nan) {
  std::mt19937 random(seed);
  std::vector<float> values = {0.0f, -0.0f, 1.0f, -1.0f, INFINITY, -INFINITY, 1e-45f, 3.4e38f};
  if (with_nan) values.push_back(std::numeric_limits<float>::quiet_NaN());
  while (values.size() < kCount) {
    const uint32_t bits = random();
    float value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isnan(value)) values.push_back(value);
  }
  std::shuffle(values.begin(), values.end(), random);
  return values;
}

std::vector<float> Between(float low, float high, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(low, high);
  std::vector<float> values(kCount);
  for (float& value : values) value = uniform(random);
  return values;
}

std::vector<uint32_t> AnyWords(uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<uint32_t> values(kCount);
  for (uint32_t& value : values) value = random();
  values[0] = 0;
  values[1] = ~0u;
  return values;
}

// Calls check with the kernels of each SIMD target that can run here: it compares with the
// scalar's.
void ExpectEqualBits(const std::vector<float>& got, const std::vector<float>& expected) {
  for (size_t i = 0; i < got.size(); ++i) {
    // IEEE leaves a NaN's payload open.
    if (std::isnan(got[i]) && std::isnan(expected[i])) continue;
    ASSERT_EQ(std::memcmp(&got[i], &expected[i], sizeof(float)), 0)
        << "lane " << i << ": " << got[i] << " instead of " << expected[i];
  }
}

bool CanRun(lane::Target target) { return target <= lane::ActiveTarget(); }

class Packs : public testing::TestWithParam<lane::Target> {
 protected:
  void SetUp() override {
    if (!CanRun(GetParam()))
      GTEST_SKIP() << "this processor has no " << lane::TargetName(GetParam());
  }
  template <class What, class T>
  std::vector<T> SimdOf(What what, const std::vector<T>& a, const std::vector<T>& b) {
    std::vector<T> y(a.size());
    if (GetParam() == lane::Target::kAvx2) {
      simd_Avx2::Apply(what, a.data(), b.data(), y.data(), y.size());
    } else {
      simd_Avx512::Apply(what, a.data(), b.data(), y.data(), y.size());
    }
    return y;
  }
  template <class What, class T>
  std::vector<T> ScalarOf(What what, const std::vector<T>& a, const std::vector<T>& b) {
    std::vector<T> y(a.size());
    simd_Scalar::Apply(what, a.data(), b.data(), y.data(), y.size());
    return y;
  }
  void ExpectFunctionAgrees(Function function, const std::vector<float>& x) {
    std::vector<float> expected(x.size()), got(x.size());
    simd_Scalar::Apply(function, x.data(), expected.data(), x.size());
    if (GetParam() == lane::Target::kAvx2) {
      simd_Avx2::Apply(function, x.data(), got.data(), x.size());
    } else {
      simd_Avx512::Apply(function, x.data(), got.data(), x.size());
    }
    SCOPED_TRACE(testing::Message() << "function " << static_cast<int>(function));
    ExpectEqualBits(got, expected);
  }
};

INSTANTIATE_TEST_SUITE_P(All, Packs, testing::Values(lane::Target::kAvx2, lane::Target::kAvx512),
                         [](const auto& target) { return lane::TargetName(target.param); });

TEST_P(Packs, FloatOperationsGiveTheScalarBits) {
  for (int i = 0; i <= static_cast<int>(Operation::kSelectEqual); ++i) {
    const auto operation = static_cast<Operation>(i);
    const std::vector<float> a = AnyFloats(1, true), b = AnyFloats(2, true);
    SCOPED_TRACE(testing::Message() << "operation " << i);
    ExpectEqualBits(SimdOf(operation, a, b), ScalarOf(operation, a, b));
    ExpectEqualBits(SimdOf(operation, a, a), ScalarOf(operation, a, a));
  }
}

TEST_P(Packs, WordOperationsGiveTheScalarBits) {
  for (int i = 0; i < static_cast<int>(WordOperation::kIota); ++i) {
    const auto operation = static_cast<WordOperation>(i);
    const std::vector<uint32_t> a = AnyWords(1), b = AnyWords(2);
    EXPECT_EQ(SimdOf(operation, a, b), ScalarOf(operation, a, b)) << "operation " << i;
  }
}

TEST_P(Packs, IotaCountsOverTheLanes) {
  const std::vector<uint32_t> words = SimdOf(WordOperation::kIota, AnyWords(1), AnyWords(1));
  for (size_t i = 0; i < words.size(); ++i) ASSERT_EQ(words[i], i);
}

TEST_P(Packs, FusedMultiplyAddRoundsOnce) {
  const std::vector<float> a = AnyFloats(3, true), b = AnyFloats(4, false), c = AnyFloats(5, false);
  std::vector<float> y(kCount), z(kCount), expected_y(kCount), expected_z(kCount);
  const auto kernel =
      GetParam() == lane::Target::kAvx2 ? simd_Avx2::ApplyFma : simd_Avx512::ApplyFma;
  kernel(a.data(), b.data(), c.data(), y.data(), z.data(), kCount);
  for (size_t i = 0; i < kCount; ++i) {
    expected_y[i] = std::fma(a[i], b[i], c[i]);
    expected_z[i] = std::fma(-a[i], b[i], c[i]);
  }
  ExpectEqualBits(y, expected_y);
  ExpectEqualBits(z, expected_z);
}

TEST_P(Packs, ElementaryFunctionsGiveTheScalarBits) {
  for (const Function function : {Function::kExp, Function::kTanh, Function::kSigmoid,
                                  Function::kAbs, Function::kNegate, Function::kRound}) {
    ExpectFunctionAgrees(function, AnyFloats(6, true));
    ExpectFunctionAgrees(function, Between(-20, 20, 7));
  }
  for (const Function function : {Function::kLog, Function::kRsqrt, Function::kSqrt}) {
    ExpectFunctionAgrees(function, Between(1e-30f, 100, 8));
    ExpectFunctionAgrees(function, Between(0.5f, 2, 9));
  }
  for (const Function function : {Function::kSinReduced, Function::kCosReduced}) {
    ExpectFunctionAgrees(function, Between(-0.785398f, 0.785398f, 10));
  }
  for (const Function function : {Function::kSin, Function::kCos, Function::kFromToInt}) {
    ExpectFunctionAgrees(function, Between(-8000, 8000, 11));
  }
}

TEST(Dispatch, NamesEveryTarget) {
  EXPECT_STREQ(lane::TargetName(lane::Target::kScalar), "scalar");
  EXPECT_STREQ(lane::TargetName(lane::Target::kAvx2), "avx2");
  EXPECT_STREQ(lane::TargetName(lane::Target::kAvx512), "avx512");
}

}  // namespace
}  // namespace paceline
