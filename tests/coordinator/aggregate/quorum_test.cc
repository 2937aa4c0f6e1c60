#include "coordinator/aggregate/quorum.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;

TEST(DecideQuorum, ClosesWithEnoughOfThemOrAtItsDeadline) {
  const struct {
    const char* name;
    uint32_t answered, indispensable;
    milliseconds waited;
    bool closes, closes_without_deadline;
  } cases[] = {
      {"none at first", 0, 0, milliseconds(0), false, false},
      {"one too few", 2, 0, milliseconds(0), false, false},
      {"enough", 3, 0, milliseconds(0), true, true},
      {"more than enough", 5, 0, milliseconds(0), true, true},
      {"enough, but one is waited for", 3, 1, milliseconds(0), false, false},
      {"too few just before the deadline", 2, 0, milliseconds(1499), false, false},
      {"too few at the deadline", 2, 0, milliseconds(1500), true, false},
      {"a single one long after it", 1, 0, milliseconds(99'999), true, false},
      {"none long after it", 0, 0, milliseconds(99'999), false, false},
      {"one that is waited for at the deadline", 3, 1, milliseconds(1500), true, false},
  };
  for (const auto& c : cases) {
    v1::Quorum rule;
    rule.set_blocks(3);
    const StepSnapshot snapshot{.now = SteadyTime(milliseconds(7000) + c.waited),
                                .began = SteadyTime(milliseconds(7000)),
                                .blocks = 5,
                                .answered = c.answered,
                                .indispensable = c.indispensable};
    const auto closes = [&] {
      return DecideQuorum(rule, snapshot).kind == StepDecision::Kind::kClose;
    };
    EXPECT_EQ(closes(), c.closes_without_deadline) << c.name;
    rule.set_deadline(1.5);
    EXPECT_EQ(closes(), c.closes) << c.name;
  }
}

TEST(RemedyOf, ABlockIsWaitedForOrGoesToAnotherWhenItHasMissedManyInARow) {
  const struct {
    const char* name;
    BlockLag lag;
    LagRemedy remedy;
  } cases[] = {
      {"in time", {}, LagRemedy::kNone},
      {"one missed", {.misses = 1, .behind = 1, .has_others = true}, LagRemedy::kNone},
      {"last in a queue", {.misses = 2, .behind = 2, .has_others = true}, LagRemedy::kWaitFor},
      {"slow for a while", {.misses = 7, .behind = 7, .has_others = true}, LagRemedy::kNone},
      {"slow", {.misses = 8, .behind = 3, .has_others = true}, LagRemedy::kHandOver},
      {"hung", {.misses = 99, .behind = 99, .has_others = true}, LagRemedy::kHandOver},
      {"slow and alone", {.misses = 99, .behind = 99}, LagRemedy::kWaitFor},
      {"just handed over",
       {.misses = 9, .behind = 1, .has_others = true, .is_new = true},
       LagRemedy::kNone},
  };
  for (const auto& c : cases) EXPECT_EQ(RemedyOf(c.lag), c.remedy) << c.name;
}

}  // namespace
}  // namespace paceline
