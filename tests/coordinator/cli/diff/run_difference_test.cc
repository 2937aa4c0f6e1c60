#include "coordinator/cli/diff/run_difference.h"

#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace paceline {
namespace {

// A run of so many outer steps whose answers and θ are a script.
class Script {
 public:
  explicit Script(int64_t steps) : steps_(steps) {}
  Script& AnswersFrom(int64_t step) {
    other_answers_from_ = step;
    return *this;
  }
  Script& ThetaFrom(int64_t step) {
    other_theta_from_ = step;
    return *this;
  }
  Script& StoredFrom(int64_t step) {
    next_ = step;
    return *this;
  }
  Script& BrokenAt(int64_t step) {
    broken_at_ = step;
    return *this;
  }

  Run run() {
    return {.steps = steps_,
            .next = [this]() -> absl::StatusOr<std::optional<v1::StepScalars>> {
              if (next_ == broken_at_) return absl::DataLossError("damaged");
              if (next_ > steps_) return std::nullopt;
              v1::StepScalars step;
              step.set_step(next_);
              v1::CountedAnswer& answer = *step.add_answers();
              answer.set_window(next_ - 1);
              answer.add_particles()->set_sum_plus(next_ >= other_answers_from_ ? 2 : 1);
              ++next_;
              return step;
            },
            .digest = [this](int64_t step) -> absl::StatusOr<std::string> {
              asked_.insert(step);
              return (step >= other_theta_from_ ? "other" : "same") + std::to_string(step);
            }};
  }
  int64_t read() const { return next_ - 1; }
  const std::set<int64_t>& asked() const { return asked_; }

 private:
  static constexpr int64_t kNever = 1 << 30;

  int64_t steps_, next_ = 1;
  int64_t other_answers_from_ = kNever, other_theta_from_ = kNever, broken_at_ = kNever;
  std::set<int64_t> asked_;
};

RunDifference Compared(Script& a, Script& b) {
  const auto own = a.run(), other = b.run();
  const auto found = CompareRuns(own, other);
  EXPECT_TRUE(found.ok()) << found.status();
  return found.ok() ? *found : RunDifference();
}

TEST(RunDifferenceTest, EqualRunsAreReadOnceAndThetaIsAskedForOnce) {
  Script a(100), b(100);
  const RunDifference found = Compared(a, b);
  EXPECT_TRUE(found.equal());
  EXPECT_EQ(found.compared, 100);
  EXPECT_EQ(found.last.a, "same100");
  EXPECT_EQ(a.asked(), std::set<int64_t>{100});
}

TEST(RunDifferenceTest, OtherAnswersEndTheReadingAndThetaPartsThere) {
  Script a(1000), b(1000);
  b.AnswersFrom(600).ThetaFrom(600);
  const RunDifference found = Compared(a, b);
  EXPECT_FALSE(found.equal());
  ASSERT_TRUE(found.answers);
  EXPECT_EQ(found.answers->step, 600);
  EXPECT_EQ(found.compared, 599);
  EXPECT_LE(a.read(), 600);
  ASSERT_TRUE(found.theta);
  EXPECT_EQ(found.theta->step, 600);
  EXPECT_EQ(found.theta->b, "other600");
  EXPECT_EQ(found.last.step, 1000);
  EXPECT_EQ(a.asked(), (std::set<int64_t>{599, 600, 1000}));
}

// By another outer optimizer θ parts a step before the answers do; by another seed at once.
TEST(RunDifferenceTest, ThetaMayPartBeforeTheAnswersDo) {
  for (const int64_t parts : {0, 1, 41, 98, 99}) {
    Script a(200), b(200);
    b.AnswersFrom(100).ThetaFrom(parts);
    const RunDifference found = Compared(a, b);
    ASSERT_TRUE(found.theta) << parts;
    EXPECT_EQ(found.theta->step, parts);
    EXPECT_LE(a.asked().size(), 12u);
  }
}

TEST(RunDifferenceTest, ThetaMayPartWithTheSameAnswers) {
  for (int64_t parts = 0; parts <= 20; ++parts) {
    Script a(20), b(20);
    b.ThetaFrom(parts);
    const RunDifference found = Compared(a, b);
    EXPECT_FALSE(found.answers);
    EXPECT_FALSE(found.equal());
    ASSERT_TRUE(found.theta);
    EXPECT_EQ(found.theta->step, parts);
  }
}

TEST(RunDifferenceTest, AnswersMayDifferWithTheSameTheta) {
  Script a(20), b(20);
  b.AnswersFrom(5);
  const RunDifference found = Compared(a, b);
  EXPECT_FALSE(found.equal());
  EXPECT_FALSE(found.theta);
}

TEST(RunDifferenceTest, WhatBothHaveDoneIsCompared) {
  Script a(20), b(30);
  b.AnswersFrom(21).ThetaFrom(21);
  const RunDifference found = Compared(a, b);
  EXPECT_TRUE(found.equal());
  EXPECT_EQ(found.steps, 20);
  Script none(0), some(9);
  EXPECT_TRUE(Compared(none, some).equal());
}

TEST(RunDifferenceTest, ARunWithoutItsFirstOuterStepsIsComparedFromWhereItBegins) {
  Script a(20), b(20);
  b.StoredFrom(11).AnswersFrom(15);
  const RunDifference found = Compared(a, b);
  EXPECT_EQ(found.compared, 4);
  ASSERT_TRUE(found.answers);
  EXPECT_EQ(found.answers->step, 15);
}

TEST(RunDifferenceTest, ErrorsArePassedOn) {
  Script a(20), b(20);
  b.BrokenAt(7);
  const auto own = a.run(), other = b.run();
  EXPECT_TRUE(absl::IsDataLoss(CompareRuns(own, other).status()));
}

}  // namespace
}  // namespace paceline
