#include "common/lane/portable_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace paceline {
namespace {

TEST(PortableLog, AgreesWithTheCLibrary) {
  for (double x = 1e-7; x <= 1e7; x *= 1.0137) {
    EXPECT_NEAR(PortableLog(x), std::log(x), 5e-16 * std::max(1.0, std::abs(std::log(x)))) << x;
  }
  EXPECT_EQ(PortableLog(1), 0);
}

TEST(PortableExp, AgreesWithTheCLibraryToALastBitOrTwo) {
  for (double x = -700; x < 700; x += 0.3711) {
    EXPECT_NEAR(PortableExp(x) / std::exp(x), 1, 4.5e-16) << x;
  }
  for (double x = -1; x < 1; x += 0.00137) {
    EXPECT_NEAR(PortableExp(x) / std::exp(x), 1, 4.5e-16) << x;
  }
}

TEST(PortableExp, HasItsLimits) {
  EXPECT_EQ(PortableExp(0), 1);
  EXPECT_EQ(PortableExp(1000), std::numeric_limits<double>::infinity());
  EXPECT_EQ(PortableExp(-std::numeric_limits<double>::infinity()), 0);
  EXPECT_TRUE(std::isfinite(PortableExp(709.78)));
  EXPECT_TRUE(std::isnan(PortableExp(std::nan(""))));
}

TEST(PortableSinAndCos, AgreeWithTheCLibrary) {
  for (double x = -100; x < 100; x += 0.00737) {
    EXPECT_NEAR(PortableSin(x), std::sin(x), 4e-16) << x;
    EXPECT_NEAR(PortableCos(x), std::cos(x), 4e-16) << x;
  }
  for (double x = 100; x < 1e5; x *= 1.00137) {
    EXPECT_NEAR(PortableSin(x), std::sin(x), 4e-16) << x;
    EXPECT_NEAR(PortableCos(-x), std::cos(-x), 4e-16) << x;
  }
  EXPECT_EQ(PortableSin(0), 0);
  EXPECT_EQ(PortableCos(0), 1);
  EXPECT_TRUE(std::isnan(PortableSin(std::numeric_limits<double>::infinity())));
  EXPECT_TRUE(std::isnan(PortableCos(std::nan(""))));
}

TEST(PortablePower, AgreesWithTheCLibrary) {
  EXPECT_EQ(PortablePower(0.5, 0), 1);
  EXPECT_EQ(PortablePower(0.5, 10), 1.0 / 1024);
  EXPECT_NEAR(PortablePower(0.999, 12345) / std::pow(0.999, 12345), 1, 1e-11);
  EXPECT_EQ(PortablePower(0.9, 1'000'000'000), 0);
}

}  // namespace
}  // namespace paceline
