#include "common/evaluation/held_out.h"

#include "gtest/gtest.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

// From 5 down to `end` at once, and it stays there.
std::function<LossFunction(int)> DownTo(double end) {
  return [end](int) { return [end](double updates) { return updates < 1 ? 5 : end; }; };
}

v1::Evaluation Field(double own, double adam, double sgd) {
  return OneCase({{"mine", "", DownTo(own)},
                  {"adam", "10 rates", DownTo(adam)},
                  {"sgd", "10 rates", DownTo(sgd)}},
                 1000, 3);
}

TEST(HeldOutTest, ProgressIsThePartOfTheBestHandDesignedOnesGain) {
  struct {
    double own, adam, sgd, progress;
    uint32_t place;
  } const cases[] = {{3, 1, 2, 0.5, 3}, {1, 1, 2, 1, 1},  {1.5, 1, 2, 0.875, 2},
                     {6, 1, 2, 0, 3},   {-9, 1, 2, 2, 1}, {0, 1, 2, 1.25, 1},
                     {4, 6, 5.5, 1, 1}, {6, 7, 5.5, 0, 2}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.own);
    const v1::HeldOutRecord record = HeldOutOf(Field(c.own, c.adam, c.sgd));
    EXPECT_NEAR(record.progress(), c.progress, 1e-6);
    EXPECT_EQ(record.place(), c.place);
    EXPECT_EQ(record.contestants(), 3u);
    EXPECT_EQ(record.runs(), 3u);
    ASSERT_EQ(record.cases_size(), 1);
    EXPECT_NEAR(record.cases(0).loss(), c.own, 1e-6);
  }
}

TEST(HeldOutTest, ATrainingThatEndsNoLowerThanItBeganHasFailed) {
  EXPECT_EQ(HeldOutOf(Field(5, 1, 2)).failed(), 3u);
  EXPECT_EQ(HeldOutOf(Field(6, 1, 2)).failed(), 3u);
  EXPECT_EQ(HeldOutOf(Field(1.01, 1, 2)).failed(), 0u);
}

TEST(HeldOutTest, StudiesCountOnlyWhereThereIsNothingElse) {
  v1::Evaluation evaluation = Field(3, 1, 2);
  *evaluation.add_cases() = evaluation.cases(0);
  evaluation.mutable_cases(1)->set_study("width");
  for (int i = 0; i < 3; ++i) {
    v1::EvaluationEntry entry = evaluation.entries(i);
    entry.set_case_index(1);
    *evaluation.add_entries() = entry;
  }
  EXPECT_EQ(HeldOutOf(evaluation).cases_size(), 1);
  evaluation.mutable_cases(0)->set_study("width");
  EXPECT_EQ(HeldOutOf(evaluation).cases_size(), 2);
}

TEST(HeldOutTest, TheBestIsTheEarliestOfMostProgress) {
  std::vector<v1::HeldOutRecord> records(4);
  const double progress[] = {0.5, 0.9, 0.9, 0.1};
  const int64_t steps[] = {10, 30, 20, 40};
  for (int i = 0; i < 4; ++i) {
    records[i].set_progress(progress[i]);
    records[i].set_step(steps[i]);
  }
  EXPECT_EQ(BestOf(records)->step(), 20);
  EXPECT_EQ(BestOf(std::vector<v1::HeldOutRecord>{}), nullptr);
}

}  // namespace
}  // namespace paceline
