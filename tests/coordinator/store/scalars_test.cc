#include "coordinator/store/scalars.h"

#include <bit>
#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(ScalarsTest, ComeBackBitForBit) {
  const std::vector<ParticleScalars> particles = {
      {1.5, -2.25, 50, false},
      {-0.0, std::numeric_limits<double>::denorm_min(), 0, true},
      {std::nextafter(1.0, 2.0), std::numeric_limits<double>::max(), 4294967295u, false},
  };
  const auto back = DecodeScalars(EncodeScalars(particles));
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->size(), particles.size());
  EXPECT_EQ(*back, particles);
  EXPECT_TRUE(std::signbit((*back)[1].sum_plus));
}

TEST(ScalarsTest, NoParticlesAreFine) {
  const auto back = DecodeScalars(EncodeScalars({}));
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(back->empty());
}

TEST(ScalarsTest, EveryTruncationIsDataLoss) {
  const std::string bytes = EncodeScalars(std::vector<ParticleScalars>{{1, 2, 3, false}});
  for (size_t size = 0; size < bytes.size(); ++size) {
    if (size == 1) continue;  // no particles
    EXPECT_TRUE(absl::IsDataLoss(DecodeScalars(bytes.substr(0, size)).status())) << size;
  }
}

TEST(ScalarsTest, AnotherFormatIsDataLoss) {
  std::string bytes = EncodeScalars(std::vector<ParticleScalars>{{1, 2, 3, false}});
  bytes[0] = 9;
  EXPECT_TRUE(absl::IsDataLoss(DecodeScalars(bytes).status()));
}

}  // namespace
}  // namespace paceline
