#include "coordinator/aggregate/strict.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(DecideStrict, IsByTheBlocksAlone) {
  const struct {
    const char* name;
    uint32_t answered;
    uint32_t checks;
    bool closes;
  } cases[] = {
      {"all answered", 3, 0, true},
      {"all answered, one is being checked", 3, 1, false},
      {"one is missing", 2, 0, false},
      {"none is answered", 0, 0, false},
  };
  for (const auto& c : cases) {
    for (const auto waited : {std::chrono::hours(0), std::chrono::hours(1000)}) {
      const StepSnapshot snapshot{
          .now = SteadyTime(waited), .blocks = 3, .answered = c.answered, .checks = c.checks};
      EXPECT_EQ(DecideStrict(snapshot).kind == StepDecision::Kind::kClose, c.closes) << c.name;
    }
  }
}

}  // namespace
}  // namespace paceline
