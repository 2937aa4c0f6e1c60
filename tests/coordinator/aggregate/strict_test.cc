#include "coordinator/aggregate/strict.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

using Kind = StepDecision::Kind;

const Ask kAsked{.worker = WorkerId{1}, .epoch = 7, .since = {}};

TEST(DecideStrict, IsByTheBlocksAlone) {
  const BlockProgress answered{.answered = true, .asks = {kAsked}};
  const BlockProgress answered_by_one_who_left{.answered = true, .asks = {}};
  const BlockProgress asked{.answered = false, .asks = {kAsked}};
  const BlockProgress asked_of_two{.answered = false, .asks = {kAsked, kAsked}};
  const BlockProgress of_nobody;
  const struct {
    const char* name;
    std::vector<BlockProgress> blocks;
    StepDecision decision;
  } cases[] = {
      {"all answered", {answered, answered_by_one_who_left}, {Kind::kClose, {0, 1}}},
      {"one is missing", {answered, asked}, {Kind::kWait, {}}},
      {"one is asked of two", {asked_of_two, answered}, {Kind::kWait, {}}},
      {"none is asked", {of_nobody, of_nobody, of_nobody}, {Kind::kAsk, {0, 1, 2}}},
      {"one came back", {answered, of_nobody, asked}, {Kind::kAsk, {1}}},
  };
  for (const auto& c : cases) {
    for (const auto waited : {std::chrono::hours(0), std::chrono::hours(1000)}) {
      EXPECT_EQ(DecideStrict({.now = SteadyTime(waited), .blocks = c.blocks}), c.decision)
          << c.name;
    }
  }
}

}  // namespace
}  // namespace paceline
