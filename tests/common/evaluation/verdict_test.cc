#include "common/evaluation/verdict.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/evaluation/made_up.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

using testing::HasSubstr;

std::function<LossFunction(int)> Falling(double slope) {
  return [=](int run) { return [=](double updates) { return 5 - slope * updates + 0.001 * run; }; };
}

std::string VerdictOn(double mine, double adam) {
  const auto evaluation = OneCase({{"mine", "", Falling(mine)},
                                   {"Adam", "10 rates", Falling(adam)},
                                   {"SGD", "10 rates", Falling(0.001)}},
                                  1000, 5);
  return VerdictText(evaluation, MetricsOf(evaluation));
}

TEST(VerdictTest, OfOneCaseItTellsBothLossesWhicheverIsLower) {
  EXPECT_EQ(
      VerdictOn(0.002, 0.004),
      "mine is 2nd of 3 on a case, 1000 steps: training loss 3.103 [3.101, 3.105] beside 1.204 "
      "[1.202, 1.206] of the best rival, Adam, 10 rates (clearly higher; lower on 0 of 5 runs); "
      "speed-up 0.50 [0.50, 0.50]. No run failed.\n");
  EXPECT_THAT(VerdictOn(0.0045, 0.004), HasSubstr("mine is 1st of 3"));
  EXPECT_THAT(VerdictOn(0.0045, 0.004), HasSubstr("(clearly lower; lower on 5 of 5 runs)"));
  EXPECT_THAT(VerdictOn(0.004, 0.004), HasSubstr("(no clear difference; lower on 0 of 5 runs)"));
}

TEST(VerdictTest, OfManyCasesItTellsRankRivalSpeedUpAndFailures) {
  const v1::Evaluation& evaluation = MadeUpEvaluation();
  const Metrics& metrics = MadeUpMetrics();
  const LearnedVerdict verdict = VerdictOf(evaluation, metrics, 0);
  EXPECT_EQ(verdict.contestants, 20u);
  EXPECT_EQ(verdict.rival, metrics.baselines[0]);
  EXPECT_EQ(verdict.against_rival.total(), 40u);
  const std::string text = VerdictText(evaluation, metrics, verdict);
  EXPECT_THAT(text, HasSubstr("of 20 contestants by mean rank over 40 cases"));
  EXPECT_THAT(text, HasSubstr("Against the best rival, Muon, 150 trials"));
  EXPECT_THAT(text, HasSubstr("interquartile mean"));
  EXPECT_THAT(text, HasSubstr("Failed runs: 4 diverged, on 1 of 40 cases; worst case: "));
  EXPECT_THAT(text, HasSubstr("In the studies runs failed on 3 of 21 cases."));
}

TEST(VerdictTest, ACollapseIsTold) {
  EXPECT_THAT(VerdictOn(-0.001, 0.004), HasSubstr("Failed runs: 5 collapsed, on 1 of 1 case."));
}

TEST(VerdictTest, WithoutALearnedOptimizerItSaysSo) {
  const auto evaluation = OneCase({{"Adam", "10 rates", Falling(0.001)}}, 100, 2);
  EXPECT_EQ(VerdictText(evaluation, MetricsOf(evaluation)),
            "No learned optimizer has taken part.\n");
}

TEST(VerdictTest, WithoutARivalOrACaseThereIsStillAVerdict) {
  auto alone = OneCase({{"mine", "", Falling(0.001)}}, 100, 2);
  EXPECT_THAT(VerdictText(alone, MetricsOf(alone)), HasSubstr("mine is 1st of 1 on a case"));
  alone.clear_entries();
  EXPECT_EQ(VerdictText(alone, MetricsOf(alone)), "mine has run on no case.\n");
}

}  // namespace
}  // namespace paceline
