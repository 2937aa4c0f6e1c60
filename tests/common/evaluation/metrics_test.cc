#include "common/evaluation/metrics.h"

#include <cmath>
#include <limits>

#include "common/evaluation/profiles.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/evaluation/made_up.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

using testing::ElementsAre;

std::function<LossFunction(int)> Falling(double slope, double spread = 0) {
  return
      [=](int run) { return [=](double updates) { return 5 - (slope + spread * run) * updates; }; };
}

v1::Evaluation ThreeContestants() {
  return OneCase({{"mine", "", Falling(0.003, 0.0001)},
                  {"adam", "10 rates", Falling(0.004, 0.0001)},
                  {"sgd", "10 rates", Falling(0.001, 0.0001)}},
                 1000, 3);
}

TEST(MetricsTest, FiguresOfACaseAreThoseOfItsRuns) {
  const auto evaluation = ThreeContestants();
  const Metrics metrics = MetricsOf(evaluation);
  const EntryMetrics& mine = metrics.cases[0].entries[0];
  // Slopes .003, .0031 and .0032; the last tenth's middle is after 949.5 updates.
  EXPECT_NEAR(mine.training_loss.mean, 5 - 0.0031 * 949.5, 1e-5);
  EXPECT_NEAR(mine.training_loss.deviation, 0.0001 * 949.5, 1e-5);
  EXPECT_NEAR(mine.mean_training_loss.mean, 5 - 0.0031 * 499.5, 1e-5);
  EXPECT_EQ(mine.rank, 2);
  EXPECT_FALSE(mine.test_accuracy);
  EXPECT_NEAR(mine.score.value, 0.0031 / 0.0041, 1e-5);
  EXPECT_EQ(metrics.cases[0].entries[1].score.value, 1);
  EXPECT_EQ(metrics.cases[0].reference, 1u);
  EXPECT_EQ(mine.against_reference->contest, Contest::kLoss);
  EXPECT_FALSE(metrics.cases[0].entries[1].against_reference);
}

TEST(MetricsTest, EqualContestantsShareARankAndDraw) {
  const auto evaluation =
      OneCase({{"mine", "", Falling(0.003)}, {"adam", "10 rates", Falling(0.003)}}, 100, 3);
  const Metrics metrics = MetricsOf(evaluation);
  EXPECT_EQ(metrics.cases[0].entries[0].rank, 1.5);
  EXPECT_EQ(metrics.cases[0].entries[0].speed_up->value, 1);
  EXPECT_EQ(metrics.cases[0].entries[0].against_reference->contest, Contest::kDraw);
  EXPECT_EQ(metrics.contestants[0].place, 1u);
  EXPECT_EQ(metrics.contestants[1].place, 1u);
}

TEST(MetricsTest, ADifferenceMustBeClearAndWorthATwohundredth) {
  const auto pair = [](double ours, double theirs, double noise) {
    auto runs = [](double loss, double its_noise) {
      return [=](int run) { return [=](double) { return loss + its_noise * (run % 2 ? 1 : -1); }; };
    };
    const auto evaluation =
        OneCase({{"mine", "", runs(ours, noise)}, {"adam", "b", runs(theirs, 0)}}, 10, 10);
    return CompareRuns(evaluation.entries(0), evaluation.entries(1)).contest;
  };
  EXPECT_EQ(pair(0.9, 1, 0.01), Contest::kWin);
  EXPECT_EQ(pair(1.1, 1, 0.01), Contest::kLoss);
  EXPECT_EQ(pair(0.9, 1, 0.2), Contest::kDraw);
  EXPECT_EQ(pair(0.996, 1, 0), Contest::kDraw);
  EXPECT_EQ(pair(0.994, 1, 0), Contest::kWin);
}

// Three runs whose losses differ widely make wide intervals.
TEST(MetricsTest, WhoNeverLearnsLosesToWhoAlwaysDoes) {
  v1::EvaluationEntry dead, alive;
  for (const float initial : {100.0f, 500.0f, 900.0f}) {
    v1::RunOutcome& lost = *dead.add_runs();
    lost.set_initial_loss(initial);
    lost.set_training_loss(initial);
    lost.set_diverged(true);
    v1::RunOutcome& learned = *alive.add_runs();
    learned.set_initial_loss(initial);
    learned.set_training_loss(90);
  }
  EXPECT_EQ(CompareRuns(dead, alive).contest, Contest::kLoss);
  EXPECT_EQ(CompareRuns(alive, dead).contest, Contest::kWin);
  dead.mutable_runs(0)->set_diverged(false);
  dead.mutable_runs(0)->set_training_loss(95);
  EXPECT_EQ(CompareRuns(dead, alive).contest, Contest::kDraw);
}

TEST(MetricsTest, AveragesLeaveStudiesOutUnlessThereIsNothingElse) {
  const Metrics& metrics = MadeUpMetrics();
  EXPECT_EQ(metrics.cases.size(), 61u);
  EXPECT_EQ(metrics.main_cases.size(), 40u);
  EXPECT_EQ(metrics.contestants[0].cases, 40u);
  EXPECT_EQ(metrics.contestants[19].cases, 35u);  // it does not suit a family
  auto studies = OneCase({{"mine", "", Falling(0.003)}}, 10, 2);
  studies.mutable_cases(0)->set_study("width");
  EXPECT_EQ(MetricsOf(studies).main_cases.size(), 1u);
}

TEST(MetricsTest, FailuresOfStudiesAndDivergencesAreCounted) {
  const Metrics& metrics = MadeUpMetrics();
  EXPECT_EQ(metrics.contestants[0].failures.diverged, 4u);
  EXPECT_EQ(metrics.contestants[0].failed_on, 1u);
  uint32_t stalled = 0;
  for (const CaseMetrics& its_case : metrics.cases) {
    stalled += its_case.Find(0)->failures.stalled;
  }
  EXPECT_EQ(stalled, 30u);  // two wide cases and the longest horizon
}

TEST(MetricsTest, ItIsAFunctionOfTheMessage) {
  const auto evaluation = ThreeContestants();
  const Metrics a = MetricsOf(evaluation), b = MetricsOf(evaluation);
  EXPECT_EQ(a.contestants[0].speed_up->interval.low, b.contestants[0].speed_up->interval.low);
  EXPECT_EQ(a.cases[0].entries[0].score.interval.high, b.cases[0].entries[0].score.interval.high);
}

TEST(MetricsTest, IntervalsHoldTheirValues) {
  const Metrics& metrics = MadeUpMetrics();
  for (const ContestantMetrics& contestant : metrics.contestants) {
    EXPECT_LE(contestant.speed_up->interval.low, contestant.speed_up->value);
    EXPECT_GE(contestant.speed_up->interval.high, contestant.speed_up->value);
    EXPECT_LE(contestant.score->interval.low, contestant.score->value + 1e-9);
    EXPECT_GE(contestant.score->interval.high, contestant.score->value - 1e-9);
  }
}

TEST(MetricsTest, LossesThatAreNoNumbersAreCounted) {
  auto evaluation = ThreeContestants();
  auto& run = *evaluation.mutable_entries(0)->mutable_runs(1);
  run.set_training_loss(std::numeric_limits<float>::quiet_NaN());
  run.set_training(50, std::numeric_limits<float>::infinity());
  run.set_held_out_loss(std::numeric_limits<float>::infinity());
  const Metrics metrics = MetricsOf(evaluation);
  const EntryMetrics& mine = metrics.cases[0].entries[0];
  EXPECT_EQ(mine.failures.diverged, 1u);
  EXPECT_EQ(mine.rank, 3);
  EXPECT_TRUE(std::isfinite(mine.training_loss.mean));
  EXPECT_TRUE(std::isfinite(mine.speed_up->value));
  EXPECT_TRUE(std::isfinite(mine.score.interval.low));
}

TEST(MetricsTest, AnEvaluationOfNothingHasNoFigures) {
  v1::Evaluation evaluation;
  evaluation.set_seeds(2);
  EXPECT_TRUE(MetricsOf(evaluation).contestants.empty());
  evaluation.add_contestants()->set_key("mine");
  evaluation.add_cases()->set_steps(10);
  const Metrics metrics = MetricsOf(evaluation);
  EXPECT_EQ(metrics.contestants[0].place, 0u);
  EXPECT_FALSE(metrics.contestants[0].score);
}

TEST(ProfilesTest, SharesAreOfCasesWithAtLeastThatSpeedUp) {
  const Metrics& metrics = MadeUpMetrics();
  const auto profile = SpeedUpProfile(metrics, 0);
  EXPECT_EQ(profile.back().share, 1);
  for (size_t i = 1; i < profile.size(); ++i) {
    EXPECT_LT(profile[i].at, profile[i - 1].at);
    EXPECT_GT(profile[i].share, profile[i - 1].share);
    EXPECT_NEAR(ShareAtLeast(metrics, 0, profile[i].at), profile[i].share, 1e-12);
  }
  EXPECT_EQ(metrics.contestants[0].share_as_fast->value, ShareAtLeast(metrics, 0, 1));
}

TEST(ProfilesTest, TheBestContestantHasNoRegret) {
  const auto evaluation = ThreeContestants();
  const Metrics metrics = MetricsOf(evaluation);
  EXPECT_EQ(RegretProfile(metrics, 1)[0].at, 0);
  EXPECT_EQ(RegretProfile(metrics, 1)[0].share, 1);
  EXPECT_NEAR(RegretProfile(metrics, 2)[0].at, 1 - 0.0011 / 0.0041, 1e-5);
}

}  // namespace
}  // namespace paceline
