#include "common/base/digest.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "common/base/clock.h"

namespace paceline {
namespace {

TEST(Digest, Sha256GivesThePublishedAnswers) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, ThetaIsDigestedAsLittleEndianFloats) {
  const std::vector<float> theta = {1.0f, -2.0f};
  EXPECT_EQ(ThetaDigest(theta), Sha256Hex(std::string("\0\0\x80\x3f\0\0\0\xc0", 8)));
  EXPECT_EQ(ThetaDigest({}), Sha256Hex(""));
}

TEST(Digest, ThetaHashDependsOnJobStepAndEveryBit) {
  const std::vector<float> theta = {0.0f, 1.0f}, negative_zero = {-0.0f, 1.0f};
  const uint64_t hash = ThetaHash("job", 3, theta);
  EXPECT_EQ(hash, ThetaHash("job", 3, theta));
  EXPECT_NE(hash, ThetaHash("job2", 3, theta));
  EXPECT_NE(hash, ThetaHash("job", 4, theta));
  EXPECT_NE(hash, ThetaHash("job", 3, negative_zero));
}

TEST(Digest, FloatsSurviveTheTripThroughBytes) {
  const std::vector<float> values = {0.1f, -0.0f, std::numeric_limits<float>::infinity(),
                                     std::numeric_limits<float>::quiet_NaN(), 1e-45f};
  const std::string bytes = FloatsToBytes(values);
  ASSERT_EQ(bytes.size(), 20u);
  std::vector<float> back(5);
  ASSERT_TRUE(BytesToFloats(bytes, back));
  EXPECT_EQ(std::memcmp(back.data(), values.data(), 20), 0);
}

TEST(Digest, BytesOfAnotherLengthAreRefused) {
  std::vector<float> values(2, 7.0f);
  EXPECT_FALSE(BytesToFloats(std::string(7, 'x'), values));
  EXPECT_FALSE(BytesToFloats(std::string(12, 'x'), values));
  EXPECT_EQ(values, std::vector<float>(2, 7.0f));
  EXPECT_TRUE(BytesToFloats("", {}));
}

TEST(Clock, TheRealClockDoesNotGoBack) {
  const SteadyTime before = Clock::Real().Now();
  EXPECT_LE(before, Clock::Real().Now());
  EXPECT_GT(Clock::Real().UnixMillis(), 1'600'000'000'000);
}

}  // namespace
}  // namespace paceline
