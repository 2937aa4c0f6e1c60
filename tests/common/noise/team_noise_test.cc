// The CUDA kernels' bodies, under the block emulator, against the functions of the processor.
#include "common/noise/team_noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "common/noise/place.h"
#include "common/noise/streams.h"
#include "tests/testing/emulator/block_emulator.h"

namespace paceline {
namespace {

constexpr Stream kStream = {.key = 0x0123456789abcdef,
                            .purpose = Purpose::kPerturbation,
                            .particle = 77,
                            .episode = 5,
                            .step = 1234};

struct Case {
  uint64_t first;
  size_t count;
  size_t threads;
};
const std::vector<Case> kCases = {
    {0, 1, 1},     {0, 4, 3},     {1, 2, 4}, {3, 2, 2},       {5, 1000, 1},          {2, 2409, 32},
    {4, 2409, 48}, {8, 4096, 32}, {7, 0, 3}, {1 << 20, 9, 8}, {(1 << 20) + 3, 77, 8}};

TEST(TeamNoise, NormalsHaveTheBitsOfTheProcessor) {
  for (const Case& c : kCases) {
    std::vector<float> expected(c.count), out(c.count);
    FillNormals(kStream, c.first, expected);
    RunBlocks(1, c.threads, [&](size_t, const EmulatedTeam& team) {
      FillNormals(PlaceOf(kStream), c.first, out.data(), c.count, team);
    });
    EXPECT_EQ(out, expected) << c.first << " +" << c.count;
  }
}

TEST(TeamNoise, PerturbationsHaveTheBitsOfTheProcessor) {
  std::vector<float> theta(2409);
  for (size_t i = 0; i < theta.size(); ++i) theta[i] = 0.37f * static_cast<float>(i % 91) - 7;
  for (const int sign : {+1, -1}) {
    std::vector<float> expected(theta.size()), out(theta.size());
    Perturb(theta, 0.03f, sign, kStream, expected);
    RunBlocks(1, 48, [&](size_t, const EmulatedTeam& team) {
      AddScaledNormals(PlaceOf(kStream), 0, sign * 0.03f, theta.data(), out.data(), out.size(),
                       team);
    });
    EXPECT_EQ(out, expected);
  }
}

TEST(TeamNoise, PerturbationsByElementHaveTheBitsOfTheProcessor) {
  std::vector<float> theta(1003), sigmas(1003);
  for (size_t i = 0; i < theta.size(); ++i) {
    theta[i] = 0.37f * static_cast<float>(i % 91) - 7;
    sigmas[i] = 0.01f + 0.003f * static_cast<float>(i % 7);
  }
  for (const float scale : {+1.0f, -1.0f}) {
    std::vector<float> normals(theta.size()), by_hand(theta), processor(theta), out(theta.size());
    FillNormals(kStream, 0, normals);
    for (size_t i = 0; i < theta.size(); ++i) {
      by_hand[i] = std::fma(scale * sigmas[i], normals[i], theta[i]);
    }
    Perturb(theta, sigmas, scale, kStream, processor);
    RunBlocks(1, 48, [&](size_t, const EmulatedTeam& team) {
      AddNormalsByElement(PlaceOf(kStream), scale, sigmas.data(), theta.data(), out.data(),
                          out.size(), team);
    });
    EXPECT_EQ(processor, by_hand);
    EXPECT_EQ(out, by_hand);
  }
}

TEST(TeamNoise, IndicesHaveTheBitsOfTheProcessor) {
  for (const Case& c : kCases) {
    std::vector<uint32_t> expected(c.count), out(c.count);
    FillIndices(kStream, c.first, 48000, expected);
    RunBlocks(1, c.threads, [&](size_t, const EmulatedTeam& team) {
      FillIndices(PlaceOf(kStream), c.first, 48000, out.data(), c.count, team);
    });
    EXPECT_EQ(out, expected) << c.first << " +" << c.count;
  }
}

TEST(TeamNoise, AGradientHasTheBitsOfTheProcessor) {
  constexpr size_t kParticles = 20, kFirst = 64;
  for (const size_t count : {1, 7, 64, 345}) {
    std::vector<float> expected(count, 0.5f), sum(count, 0.5f);
    std::vector<NoiseTerm> terms;
    for (uint32_t p = 0; p < kParticles; ++p) {
      Stream stream = kStream;
      stream.particle = p;
      const float coefficient = 0.1f * static_cast<float>(p) - 0.73f;
      AddScaledNormals(coefficient, stream, kFirst, expected);
      terms.push_back({PlaceOf(stream), coefficient});
    }
    RunBlocks(1, 24, [&](size_t, const EmulatedTeam& team) {
      AddNoiseTerms(terms.data(), terms.size(), kFirst, sum.data(), count, team);
    });
    EXPECT_EQ(sum, expected) << count;
  }
}

}  // namespace
}  // namespace paceline
