#include "coordinator/aggregate/strict.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(DecideStrict, IsByTheBlocksAlone) {
  const struct {
    const char* name;
    uint32_t answered;
    bool closes;
  } cases[] = {
      {"all answered", 3, true},
      {"one is missing, or being checked", 2, false},
      {"none is answered", 0, false},
  };
  for (const auto& c : cases) {
    for (const auto waited : {std::chrono::hours(0), std::chrono::hours(1000)}) {
      const StepSnapshot snapshot{.now = SteadyTime(waited), .blocks = 3, .answered = c.answered};
      EXPECT_EQ(DecideStrict(snapshot).kind == StepDecision::Kind::kClose, c.closes) << c.name;
    }
  }
}

}  // namespace
}  // namespace paceline
