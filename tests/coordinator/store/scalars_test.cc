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
  EXPECT_EQ(back->particles, particles);
  EXPECT_TRUE(back->windows.empty());
  EXPECT_TRUE(std::signbit(back->particles[1].sum_plus));
}

TEST(ScalarsTest, OfSomeWindowsComeBackWithThemAndWithWhereEpisodesBegan) {
  const std::vector<CountedWindow> windows = {{0, 7}, {0, 8}, {4294967295u, int64_t{1} << 40}};
  const std::vector<ParticleScalars> particles = {
      {1.5, -2.25, 50, false, 3}, {-0.0, 1, 2, true, 8}, {1, 2, 3, false, int64_t{1} << 40}};
  const auto back = DecodeScalars(EncodeScalars(particles, windows));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->particles, particles);
  EXPECT_EQ(back->windows, windows);
}

TEST(ScalarsTest, NoParticlesAreFine) {
  const auto back = DecodeScalars(EncodeScalars({}));
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(back->particles.empty());
}

TEST(ScalarsTest, EveryTruncationIsDataLoss) {
  const std::string bytes = EncodeScalars(std::vector<ParticleScalars>{{1, 2, 3, false}});
  for (size_t size = 0; size < bytes.size(); ++size) {
    if (size == 1) continue;  // no particles
    EXPECT_TRUE(absl::IsDataLoss(DecodeScalars(bytes.substr(0, size)).status())) << size;
  }
}

TEST(ScalarsTest, EveryTruncationOfSomeWindowsIsDataLoss) {
  const std::string bytes = EncodeScalars(std::vector<ParticleScalars>(4, {1, 2, 3, false, 4}),
                                          std::vector<CountedWindow>{{0, 4}, {1, 4}});
  for (size_t size = 0; size < bytes.size(); ++size) {
    // Half the particles of each window: the row's digest tells that.
    if (size == bytes.size() - 2 * 29) continue;
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
