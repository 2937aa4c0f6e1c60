#include "common/suite/baseline_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "common/baseline/transferred.h"
#include "common/suite/keys.h"

namespace paceline {
namespace {

using Kind = BaselineBudget::Kind;

const BaselineRule& Rule(std::string_view key) { return *FindBaseline(key); }

double RateOf(const v1::BaselineSetting& setting) {
  return ValueOf(setting, Rule(setting.rule()), "learning_rate");
}

// Runs the search to its end on a loss of the learning rate alone.
BaselineSearch Searched(const BaselineRule& rule, const BaselineBudget& budget,
                        const std::function<double(double)>& loss) {
  BaselineSearch search(rule, budget, 7);
  while (!search.round().empty()) {
    std::vector<double> losses;
    for (const v1::BaselineSetting& setting : search.round())
      losses.push_back(loss(RateOf(setting)));
    search.Take(losses);
  }
  return search;
}

// Least at `best`.
std::function<double(double)> Bowl(double best) {
  return [best](double rate) { return std::pow(std::log(rate / best), 2); };
}

TEST(BaselineSearch, ZeroShotTriesNothingAndTakesWhatIsTransferred) {
  const BaselineSearch search(Rule("adam"), {Kind::kTransferred, 0}, 7);
  EXPECT_TRUE(search.round().empty());
  EXPECT_EQ(search.trials(), 0u);
  EXPECT_EQ(search.best().rule(), "adam");
  EXPECT_EQ(ContentDigest(search.best()), ContentDigest(TransferredSetting(Rule("adam"))));
  EXPECT_TRUE(search.at_edge().empty());
}

TEST(TransferredSettings, AreOfEveryRuleAndMeanSomething) {
  for (const BaselineRule& rule : BaselineRules()) {
    const v1::BaselineSetting setting = TransferredSetting(rule);
    EXPECT_FALSE(setting.values().empty()) << rule.key;
    EXPECT_TRUE(CheckBaseline(setting).ok()) << CheckBaseline(setting);
  }
}

TEST(BaselineSearch, RatesLieAtEqualRatiosOverTheRange) {
  const BaselineSearch search(Rule("adam"), {Kind::kRates, 10}, 7);
  ASSERT_EQ(search.round().size(), 10u);
  const double ratio = RateOf(search.round()[1]) / RateOf(search.round()[0]);
  for (size_t i = 1; i < 10; ++i) {
    EXPECT_NEAR(RateOf(search.round()[i]) / RateOf(search.round()[i - 1]), ratio, 1e-9 * ratio);
  }
  const Knob& rate = Rule("adam").knobs.front();
  EXPECT_NEAR(RateOf(search.round().front()), rate.low, 1e-9);
  EXPECT_NEAR(RateOf(search.round().back()), rate.high, 1e-9);
}

TEST(BaselineSearch, TheBestRateOfTheGridIsTaken) {
  const BaselineSearch search = Searched(Rule("adam"), {Kind::kRates, 10}, Bowl(0.01));
  EXPECT_EQ(search.trials(), 10u);
  EXPECT_LT(std::fabs(std::log10(RateOf(search.best()) / 0.01)), 0.5);
  EXPECT_TRUE(search.at_edge().empty());
}

TEST(BaselineSearch, AnEdgeWidensTheGridUntilTheBestLiesInside) {
  const double high = Rule("adam").knobs.front().high;
  const BaselineSearch above = Searched(Rule("adam"), {Kind::kRates, 10}, Bowl(30 * high));
  EXPECT_GT(above.trials(), 10u);
  EXPECT_LT(std::fabs(std::log10(RateOf(above.best()) / (30 * high))), 0.5);
  EXPECT_TRUE(above.at_edge().empty());

  const double low = Rule("adam").knobs.front().low;
  const BaselineSearch below = Searched(Rule("adam"), {Kind::kRates, 10}, Bowl(low / 30));
  EXPECT_LT(std::fabs(std::log10(RateOf(below.best()) * 30 / low)), 0.5);
}

TEST(BaselineSearch, AnEdgeThatThreeDecadesDoNotReachIsTold) {
  const BaselineSearch search =
      Searched(Rule("adam"), {Kind::kRates, 10}, [](double rate) { return -rate; });
  EXPECT_THAT(search.at_edge(), ::testing::ElementsAre("learning_rate"));
  EXPECT_NEAR(RateOf(search.best()) / Rule("adam").knobs.front().high, 1000, 1);
}

TEST(BaselineSearch, TrialsBeginWithWhatIsTransferredAndAreTheSameEveryTime) {
  const BaselineSearch one(Rule("adamw"), {Kind::kTrials, 150}, 7);
  const BaselineSearch two(Rule("adamw"), {Kind::kTrials, 150}, 7);
  const BaselineSearch other(Rule("adamw"), {Kind::kTrials, 150}, 8);
  ASSERT_EQ(one.round().size(), 150u);
  EXPECT_EQ(ContentDigest(one.round()[0]), ContentDigest(TransferredSetting(Rule("adamw"))));
  for (size_t i = 0; i < 150; ++i) {
    EXPECT_EQ(one.round()[i].SerializeAsString(), two.round()[i].SerializeAsString());
    EXPECT_TRUE(CheckBaseline(one.round()[i]).ok()) << one.round()[i].DebugString();
  }
  EXPECT_NE(one.round()[1].SerializeAsString(), other.round()[1].SerializeAsString());
}

// The luckiest of many is not the best.
TEST(BaselineSearch, TheBestFewRunOnceMoreAndThatDecides) {
  BaselineSearch search(Rule("adam"), {Kind::kTrials, 50}, 7);
  std::vector<double> losses(50);
  for (size_t i = 0; i < 50; ++i) losses[i] = static_cast<double>(i);
  EXPECT_EQ(search.TrainingsOf(3).first, 0u);
  EXPECT_EQ(search.TrainingsOf(3).count, 3u);
  while (search.round().size() > 6 || search.TrainingsOf(3).first == 0) {
    losses.resize(search.round().size(), 1000);
    search.Take(losses);
    losses.clear();
  }
  ASSERT_EQ(search.round().size(), 6u);
  EXPECT_EQ(search.TrainingsOf(3).first, 3u);
  EXPECT_EQ(search.TrainingsOf(3).count, 12u);
  const std::string third = ContentDigest(search.round()[2]);
  search.Take({5, 4, 1, 2, 3, 6});
  EXPECT_TRUE(search.round().empty());
  EXPECT_EQ(ContentDigest(search.best()), third);
}

TEST(BaselineSearch, OfLossesThatAreNotNumbersNoneIsTaken) {
  const BaselineSearch search = Searched(Rule("adam"), {Kind::kRates, 10},
                                         [](double rate) { return rate > 0.05 ? NAN : -rate; });
  EXPECT_LE(RateOf(search.best()), 0.05);
}

}  // namespace
}  // namespace paceline
