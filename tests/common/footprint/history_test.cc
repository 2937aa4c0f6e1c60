#include "common/footprint/history.h"

#include "common/config/config.h"
#include "common/lopt/layout.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

v1::JobConfig Config(const std::vector<std::string>& overrides) {
  auto config = LoadConfig("configs/fashion-mlp.yaml", overrides);
  EXPECT_TRUE(config.ok()) << config.status();
  return *config;
}

TEST(HistoryFootprint, OneVersionForEachWindowOfTheLongestEpisode) {
  const struct {
    std::vector<std::string> overrides;
    uint64_t versions;
  } cases[] = {
      {{"episode={constant: {steps: 1000}}", "estimator.nres={window: 50, sigma: 0.01}"}, 21},
      {{"episode={constant: {steps: 1001}}", "estimator.nres={window: 50, sigma: 0.01}"}, 22},
      {{"episode={constant: {steps: 1000000}}", "estimator.pes={window: 1, sigma: 0.01}",
        "outer.steps=5000"},
       5001},
      {{"episode={log_uniform: {min: 100, max: 2000}}", "estimator.nres={window: 10, sigma: 0.01}"},
       201},
      {{"episode={constant: {steps: 1000}}", "estimator.full_es={sigma: 0.01}"}, 2},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(HistoryFootprintOf(Config(c.overrides)).versions, c.versions) << c.overrides[0];
  }
}

TEST(HistoryFootprint, WhatDoesNotFitIntoItsMemoryLiesOnTheDisk) {
  const std::vector<std::string> episode = {"episode={constant: {steps: 1000000}}",
                                            "estimator.pes={window: 1, sigma: 0.01}",
                                            "outer.steps=1000000"};
  const v1::JobConfig config = Config(episode);
  const uint64_t theta = 4 * LayoutOf(config.optimizer()).size;
  const HistoryFootprint footprint = HistoryFootprintOf(config);
  EXPECT_EQ(footprint.versions, 1'000'001u);
  EXPECT_EQ(footprint.memory_bytes, kHistoryMemoryBytes + theta);
  EXPECT_EQ(footprint.disk_bytes, 1'000'001 * theta - kHistoryMemoryBytes + kHistorySegmentBytes);
  EXPECT_THAT(HistoryText(config),
              ::testing::StartsWith("up to 1000001 versions of θ: 67.1 MB in memory and "));
}

TEST(HistoryFootprint, TheStoreGrowsWithStepsAndParticles) {
  const auto bytes = [](const char* steps, const char* particles) {
    return HistoryFootprintOf(Config({steps, particles})).store_bytes;
  };
  EXPECT_EQ(bytes("outer.steps=1000", "estimator.particles=64"), 1000u * (350 + 64 * 21));
  EXPECT_EQ(bytes("outer.steps=2000", "estimator.particles=128"), 2000u * (350 + 128 * 21));
}

}  // namespace
}  // namespace paceline
