#include "common/evaluation/tallies.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/evaluation/made_up.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

TEST(TalliesTest, EveryBudgetCountsEveryCaseOnce) {
  const v1::Evaluation& evaluation = MadeUpEvaluation();
  const Metrics& metrics = MadeUpMetrics();
  const auto tallies = TalliesOf(evaluation, metrics, 0);
  ASSERT_EQ(tallies.size(), 4u);  // the best of all, and three budgets
  EXPECT_EQ(tallies[0].budget, "");
  EXPECT_EQ(tallies[1].budget, "zero-shot");
  for (const BudgetTally& tally : tallies) {
    EXPECT_EQ(tally.main.total(), 40u);
    ASSERT_EQ(tally.groups.size(), 11u);
    EXPECT_EQ(tally.groups[0].name, "image MLP");
    EXPECT_EQ(tally.groups[0].tally.total(), 5u);
    EXPECT_EQ(tally.groups[8].name, "study width");
    EXPECT_EQ(tally.groups[8].tally.total(), 10u);
  }
  // Who had more trials is harder to beat.
  EXPECT_LE(tallies[0].main.wins, tallies[1].main.wins);
}

TEST(TalliesTest, AgainstItselfAllIsDrawn) {
  const Tally tally = TallyAgainst(MadeUpMetrics(), 3, 3);
  EXPECT_EQ(tally.draws, 40u);
}

}  // namespace
}  // namespace paceline
