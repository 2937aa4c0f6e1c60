#include "worker/baselines/learnable.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/worker/baselines/trajectory.h"
#include "worker/baselines/baselines.h"

namespace paceline {
namespace {

TEST(LearnableBaselineTest, SgdMovesByItsRate) {
  const Baseline sgd = SgdBaseline();
  const auto path = Follow(*sgd.make(TensorsOf({{2}})), sgd.theta(std::vector<double>{0.1}), {1, 2},
                           {{1, -1}, {2, 0}});
  EXPECT_NEAR(path[1][0], 0.7, 1e-6);
  EXPECT_NEAR(path[1][1], 2.1, 1e-6);
}

TEST(LearnableBaselineTest, MomentumCarriesNineTenths) {
  const Baseline momentum = MomentumBaseline();
  const auto path = Follow(*momentum.make(TensorsOf({{1}})),
                           momentum.theta(std::vector<double>{0.1}), {1}, {{1}, {0}});
  EXPECT_NEAR(path[1][0], 1 - 0.1 - 0.09, 1e-6);
}

TEST(LearnableBaselineTest, AdamsFirstStepIsItsRate) {
  const Baseline adam = AdamBaseline();
  const auto path = Follow(*adam.make(TensorsOf({{2}})), adam.theta(std::vector<double>{0.01}),
                           {1, 1}, {{5, -0.5f}});
  EXPECT_NEAR(path[0][0], 0.99, 1e-5);
  EXPECT_NEAR(path[0][1], 1.01, 1e-5);
}

TEST(BaselinesTest, EachHasAKeyOfItsOwnAndATunedRate) {
  std::set<std::string> keys;
  for (const Baseline& baseline : Baselines()) {
    EXPECT_TRUE(keys.insert(baseline.key).second) << baseline.key;
    ASSERT_FALSE(baseline.knobs.empty()) << baseline.key;
    EXPECT_EQ(baseline.knobs.front().name, "learning rate") << baseline.key;
    for (const Knob& knob : baseline.knobs) {
      EXPECT_FALSE(knob.values.empty()) << baseline.key << " " << knob.name;
      EXPECT_TRUE(knob.words.empty() || knob.words.size() == knob.values.size()) << knob.name;
    }
  }
}

TEST(BaselinesTest, AKnobsTextIsItsNameAndValueOrItsWord) {
  EXPECT_EQ((Knob{"warm-up", {0, 0.1}}).Text(1), "warm-up 0.1");
  EXPECT_EQ((Knob{"decay", {0, 1}, {"linear", "cosine"}}).Text(1), "cosine");
}

}  // namespace
}  // namespace paceline
