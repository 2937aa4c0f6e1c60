#include "coordinator/aggregate/async.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

v1::Async Rule(uint32_t answers, uint32_t staleness) {
  v1::Async rule;
  rule.set_answers(answers);
  rule.set_staleness(staleness);
  return rule;
}

TEST(DecideAsync, ClosesWithEnoughAnswersUnlessABlockIsTooFarBehind) {
  const struct {
    uint32_t answered, indispensable;
    bool closes;
  } cases[] = {{0, 0, false}, {2, 0, false}, {3, 0, true}, {4, 0, true}, {3, 1, false}};
  for (const auto& c : cases) {
    for (const auto waited : {std::chrono::hours(0), std::chrono::hours(1000)}) {
      const StepSnapshot snapshot{.now = SteadyTime(waited),
                                  .blocks = 5,
                                  .answered = c.answered,
                                  .indispensable = c.indispensable};
      EXPECT_EQ(DecideAsync(Rule(3, 2), snapshot).kind == StepDecision::Kind::kClose, c.closes)
          << c.answered;
    }
  }
}

TEST(DecideAsync, ABlockIsWaitedForWhenItsAnswerWouldBeTooOldInTheNextStep) {
  const struct {
    uint32_t staleness;
    int64_t window;
    bool is;
  } cases[] = {
      {0, 10, true}, {1, 10, false}, {1, 9, true},     {3, 8, false},
      {3, 7, true},  {3, 0, true},   {1000, 0, false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(IsIndispensable(Rule(1, c.staleness), c.window, 10), c.is)
        << c.staleness << ", " << c.window;
  }
}

}  // namespace
}  // namespace paceline
