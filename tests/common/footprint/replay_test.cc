#include "common/footprint/replay.h"

#include <string>
#include <vector>

#include "common/config/config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

// Two signs of blocks of eight.
v1::JobConfig Config(const std::vector<std::string>& overrides) {
  auto config = LoadConfig("configs/fashion-mlp.yaml", overrides);
  EXPECT_TRUE(config.ok()) << config.status();
  return *config;
}

struct Case {
  std::vector<std::string> overrides;
  int64_t every;
  int64_t windows;
  uint64_t inner_steps;
};

TEST(Replay, CostsAtMostAllWindowsOfTheLongestEpisodeButTheLast) {
  const std::string constant = "episode.constant={steps: 1000}",
                    window = "estimator.nres={window: 50, sigma: 0.01}";
  for (const Case& c : std::vector<Case>{
           {{constant, window}, 0, 19, 19 * 50 * 16},
           {{constant, window}, 5, 5, 5 * 50 * 16},
           {{constant, window}, 19, 19, 19 * 50 * 16},
           {{constant, window}, 1000, 19, 19 * 50 * 16},
           {{constant, "estimator.nres={window: 1, sigma: 0.01}"}, 20, 20, 20 * 16},
           {{"episode.constant={steps: 1001}", window}, 0, 20, 20 * 50 * 16},
           {{"episode.log_uniform={min: 60, max: 400}", window}, 0, 7, 7 * 50 * 16},
           {{constant, window, "estimator.antithetic=false"}, 0, 19, 19 * 50 * 8},
           {{constant, "estimator.truncated_es={window: 50, sigma: 0.01, carry: unperturbed}"},
            2,
            2,
            2 * 50 * 24},
           {{constant, "estimator.full_es={sigma: 0.01}"}, 0, 0, 0},
           {{"episode.constant={steps: 50}", window}, 0, 0, 0},
       }) {
    const ReplayCost cost = WorstReplay(Config(c.overrides), c.every);
    EXPECT_EQ(cost.windows, c.windows) << c.overrides.back();
    EXPECT_EQ(cost.inner_steps, c.inner_steps) << c.overrides.back();
  }
}

TEST(Replay, TheTextTellsBothCostsAndTheFiles) {
  const std::string text = ReplayText(
      Config({"episode.constant={steps: 1000}", "estimator.nres={window: 50, sigma: 0.01}"}), 5);
  EXPECT_EQ(
      text,
      "a block that moves has up to 19 windows (15200 inner steps) to run again; with workers' "
      "--snapshots, every 5 windows, up to 5 windows (4000 inner steps) and two files of 810 "
      "kB a block");
  EXPECT_THAT(ReplayText(Config({"estimator.full_es={sigma: 0.01}"}), 5),
              HasSubstr("nothing to run again"));
}

}  // namespace
}  // namespace paceline
