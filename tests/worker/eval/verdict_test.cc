#include "worker/eval/verdict.h"

#include <utility>

#include "gtest/gtest.h"
#include "tests/worker/eval/small_optimizers.h"

namespace paceline {
namespace {

Outcome OutcomeOf(const std::vector<double>& learned, const std::vector<double>& adam) {
  return Compare(ResultWithLosses("learned", learned), ResultWithLosses("adam", adam)).outcome;
}

TEST(VerdictTest, LowerOnEverySeedBeats) {
  EXPECT_EQ(OutcomeOf({1.0, 2.0, 3.0}, {1.2, 2.3, 3.2}), Outcome::kBeats);
}

TEST(VerdictTest, HigherOnEverySeedLoses) {
  EXPECT_EQ(OutcomeOf({1.2, 2.3, 3.2}, {1.0, 2.0, 3.0}), Outcome::kLoses);
}

TEST(VerdictTest, ALowerMeanThatOneSeedMakesIsNotClear) {
  EXPECT_EQ(OutcomeOf({1.0, 1.0, 0.2}, {1.0, 1.0, 1.0}), Outcome::kNoClearDifference);
}

TEST(VerdictTest, ADifferenceThatNobodyWouldSeeIsNotClear) {
  EXPECT_EQ(OutcomeOf({0.999, 0.999}, {1.0, 1.0}), Outcome::kNoClearDifference);
}

TEST(VerdictTest, SeedsOfTheSameRunAreCompared) {
  // The spread over seeds is far larger than the difference, which is the same on each.
  EXPECT_EQ(OutcomeOf({1.0, 5.0, 9.0}, {1.2, 5.2, 9.2}), Outcome::kBeats);
}

ScenarioResult Scenes(std::vector<OptimizerResult> optimizers) {
  return {.scenario = {}, .optimizers = std::move(optimizers)};
}

TEST(VerdictTest, TheBestRivalIsNamedWithTheFigures) {
  const ScenarioResult result =
      Scenes({ResultWithLosses("learned", {1.0, 2.0}), ResultWithLosses("adam", {2.0, 3.5}),
              ResultWithLosses("sgd", {3.0, 4.5})});
  EXPECT_EQ(BestRival(result).key, "adam");
  EXPECT_EQ(
      VerdictText(result),
      "beats tuned adam, the best rival (training loss 1.5000 against 2.7500; lower on 2 of 2 "
      "seeds); beats sgd");
}

TEST(VerdictTest, ALostContestIsSaidFirst) {
  const ScenarioResult result =
      Scenes({ResultWithLosses("learned", {1.0, 2.0}), ResultWithLosses("adam", {1.0, 2.0}),
              ResultWithLosses("momentum", {2.0, 3.5}), ResultWithLosses("adamw", {0.8, 1.8}),
              ResultWithLosses("muon", {0.5, 1.5}), ResultWithLosses("sgd", {3.0, 4.5})});
  EXPECT_EQ(VerdictText(result),
            "loses to tuned muon, the best rival (training loss 1.5000 against 1.0000; lower on 0 "
            "of 2 seeds); loses to adamw; is not clearly different from adam; beats momentum and "
            "sgd");
}

}  // namespace
}  // namespace paceline
