#include "common/noise/streams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "common/lane/dispatch.h"
#include "common/noise/normal.h"
#include "common/noise/streams_kernel.h"

namespace paceline {
namespace {

constexpr Stream kStream = {.key = 0x0123456789abcdef,
                            .purpose = Purpose::kPerturbation,
                            .particle = 77,
                            .episode = 5,
                            .step = 1234};
constexpr PhiloxPlace kPlace = {{0x89abcdef, 0x01234567}, {1234, 5, 77 << 8 | 2}};

// SHA-256 of normals 0 .. 10^6 − 1 of kStream, as little-endian float32. Every implementation of
// the noise, on whatever device, has to give exactly these.
constexpr char kMillionNormals[] =
    "876d172a9f7d6ecf6d23d9d3c0512bfa77286c3911cdaea88ec6bd3f1eba845c";

struct Variant {
  lane::Target target;
  decltype(&simd_Scalar::FillWords) words;
  decltype(&simd_Scalar::FillIndices) indices;
  decltype(&simd_Scalar::FillNormals) normals;
  decltype(&simd_Scalar::AddScaledNormals) add;
};

// Those that this processor can run (or that PACELINE_SIMD leaves).
std::vector<Variant> Variants() {
  const std::vector<Variant> all = {
      {lane::Target::kScalar, simd_Scalar::FillWords, simd_Scalar::FillIndices,
       simd_Scalar::FillNormals, simd_Scalar::AddScaledNormals},
      {lane::Target::kAvx2, simd_Avx2::FillWords, simd_Avx2::FillIndices, simd_Avx2::FillNormals,
       simd_Avx2::AddScaledNormals},
      {lane::Target::kAvx512, simd_Avx512::FillWords, simd_Avx512::FillIndices,
       simd_Avx512::FillNormals, simd_Avx512::AddScaledNormals}};
  std::vector<Variant> usable;
  for (const Variant& variant : all) {
    if (variant.target <= lane::ActiveTarget()) usable.push_back(variant);
  }
  return usable;
}

// Ranges that begin and end anywhere in a Philox block and in a group of blocks.
struct Range {
  uint64_t first;
  size_t count;
};
const std::vector<Range> kRanges = {
    {0, 1},  {0, 4},   {1, 1},   {3, 2},      {5, 3},
    {2, 16}, {0, 64},  {1, 64},  {7, 127},    {3, 200},
    {4, 61}, {64, 65}, {63, 63}, {1021, 999}, {(1ull << 33) + 2, 99}};

std::string Bytes(const std::vector<float>& values) { return FloatsToBytes(values); }

// Number `index`, by the definition in the headers.
uint32_t WordAt(uint64_t index) {
  const auto number = lane::ScalarU::Set(static_cast<uint32_t>(index / 4));
  return Philox<lane::Scalar>(kPlace, number).words[index % 4].raw;
}
float NormalAt(uint64_t index) {
  const uint64_t pair = index & ~uint64_t{1};
  const auto normals =
      Normals<lane::Scalar>(lane::ScalarU::Set(WordAt(pair)), lane::ScalarU::Set(WordAt(pair + 1)));
  return index % 2 == 0 ? normals.first.raw : normals.second.raw;
}

TEST(Streams, AMillionNormalsHaveTheStoredDigest) {
  std::vector<float> normals(1'000'000);
  FillNormals(kStream, 0, normals);
  EXPECT_EQ(ThetaDigest(normals), kMillionNormals);
}

TEST(Streams, EveryInstructionSetGivesTheStoredDigest) {
  for (const Variant& variant : Variants()) {
    std::vector<float> normals(1'000'000);
    variant.normals(kPlace, 0, normals.data(), normals.size());
    EXPECT_EQ(ThetaDigest(normals), kMillionNormals) << lane::TargetName(variant.target);
  }
}

TEST(Streams, EveryInstructionSetGivesTheSameNumbersOnAnyRange) {
  for (const Variant& variant : Variants()) {
    for (const Range& range : kRanges) {
      SCOPED_TRACE(testing::Message() << lane::TargetName(variant.target) << " from " << range.first
                                      << ", " << range.count);
      std::vector<uint32_t> words(range.count), indices(range.count);
      std::vector<float> normals(range.count), sums(range.count, 0.7f);
      variant.words(kPlace, range.first, words.data(), range.count);
      variant.indices(kPlace, range.first, 48000, indices.data(), range.count);
      variant.normals(kPlace, range.first, normals.data(), range.count);
      variant.add(kPlace, range.first, -0.3f, sums.data(), sums.data(), range.count);
      std::vector<uint32_t> expected_words, expected_indices;
      std::vector<float> expected_normals, expected_sums;
      for (uint64_t i = range.first; i < range.first + range.count; ++i) {
        expected_words.push_back(WordAt(i));
        expected_indices.push_back(static_cast<uint32_t>(uint64_t{WordAt(i)} * 48000 >> 32));
        expected_normals.push_back(NormalAt(i));
        expected_sums.push_back(std::fma(-0.3f, NormalAt(i), 0.7f));
      }
      EXPECT_EQ(words, expected_words);
      EXPECT_EQ(indices, expected_indices);
      EXPECT_EQ(Bytes(normals), Bytes(expected_normals));
      EXPECT_EQ(Bytes(sums), Bytes(expected_sums));
    }
  }
}

TEST(Streams, NothingIsWrittenOutsideTheRange) {
  for (const Variant& variant : Variants()) {
    std::vector<float> values(203, -1.0f);
    variant.normals(kPlace, 3, values.data() + 1, values.size() - 2);
    EXPECT_EQ(values.front(), -1.0f) << lane::TargetName(variant.target);
    EXPECT_EQ(values.back(), -1.0f) << lane::TargetName(variant.target);
  }
}

TEST(Streams, TheCounterIsLaidOutAsDocumented) {
  std::vector<uint32_t> words(1);
  FillWords(kStream, 6, words);
  EXPECT_EQ(words[0], WordAt(6));
}

TEST(Streams, AUniformIsItsWordScaledToOne) {
  std::vector<uint32_t> words(9);
  FillWords(kStream, 0, words);
  for (size_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(UniformAt(kStream, i), std::ldexp(words[i], -32));
  }
}

TEST(Streams, IndicesStayBelowTheirBound) {
  for (const uint32_t bound : {1u, 2u, 10u, 48000u, ~0u}) {
    std::vector<uint32_t> indices(1000);
    FillIndices(kStream, 0, bound, indices);
    EXPECT_THAT(indices, testing::Each(testing::Lt(bound)));
  }
}

TEST(Streams, PerturbAddsAndSubtractsTheSameNoise) {
  std::vector<float> theta(101), plus(101), minus(101), noise(101);
  for (size_t i = 0; i < theta.size(); ++i) theta[i] = 0.1f * static_cast<float>(i) - 3;
  FillNormals(kStream, 0, noise);
  Perturb(theta, 0.01f, 1, kStream, plus);
  Perturb(theta, 0.01f, -1, kStream, minus);
  for (size_t i = 0; i < theta.size(); ++i) {
    EXPECT_EQ(plus[i], std::fma(0.01f, noise[i], theta[i]));
    EXPECT_EQ(minus[i], std::fma(-0.01f, noise[i], theta[i]));
  }
}

TEST(Streams, AGradientTermOnRangesIsTheTermOnTheWhole) {
  std::vector<float> whole(500, 1.0f), parts(500, 1.0f);
  AddScaledNormals(0.25f, kStream, 0, whole);
  AddScaledNormals(0.25f, kStream, 0, std::span(parts).first(112));
  AddScaledNormals(0.25f, kStream, 112, std::span(parts).subspan(112));
  EXPECT_EQ(Bytes(whole), Bytes(parts));
}

// The ends of the transform's domain.
TEST(Normal, TheRadiusIsFiniteAndNotNegativeForEveryExtremeWord) {
  for (const uint32_t word : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xfffffffeu, 0xffffffffu}) {
    const float radius = NormalRadius<lane::Scalar>(lane::ScalarU::Set(word)).raw;
    const double exact = std::sqrt(-2 * std::log((word + 0.5) * 0x1p-32));
    EXPECT_FALSE(std::signbit(radius)) << word;
    EXPECT_NEAR(radius, exact, 4e-4) << word;
  }
}

TEST(Normal, TheQuadrantsTurnAsTheWordRises) {
  for (uint32_t i = 0; i < 64; ++i) {
    const uint32_t word = i << 26 | 1u << 25;
    const auto pair = NormalRotate<lane::Scalar>(lane::Scalar::Set(1.0f), lane::ScalarU::Set(word));
    const double angle = (i + 0.5) / 64 * 2 * M_PI - M_PI / 4;
    EXPECT_NEAR(pair.first.raw, std::cos(angle), 3e-7) << i;
    EXPECT_NEAR(pair.second.raw, std::sin(angle), 3e-7) << i;
  }
}

}  // namespace
}  // namespace paceline
