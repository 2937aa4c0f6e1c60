#include "coordinator/api/health.h"

#include <vector>

#include "gmock/gmock.h"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

TEST(HealthTest, WhatIsSeenDecides) {
  const SteadyTime now{1000s};
  struct Case {
    const char* what;
    Vitals vitals;
    const char *unhealthy, *not_ready;  // nothing: it is not
  };
  for (const Case& c : std::vector<Case>{
           {"starting", {}, "", "is starting"},
           {"at work", {.pulse = now - 1s}, "", ""},
           {"busy for a while", {.pulse = now - 10s}, "", ""},
           {"stuck", {.pulse = now - 11s}, "one thing for 11 s", "one thing for 11 s"},
           {"full disk", {.pulse = now, .waits = "waits for room"}, "waits for room", ""},
           {"stuck on a full disk", {.pulse = now - 90s, .waits = "waits"}, "90 s", "90 s"},
           {"broken", {.pulse = now, .fatal = "EIO"}, "EIO", "EIO"},
           {"broken on a full disk",
            {.pulse = now, .waits = "waits", .fatal = "EIO"},
            "EIO",
            "EIO"},
           {"stopping", {.pulse = now - 30s, .stopping = true}, "", "is stopping"},
           {"stopping for good",
            {.pulse = now, .fatal = "EIO", .stopping = true},
            "EIO",
            "is stopping"},
       }) {
    for (const auto& [expected, said] : {std::pair{c.unhealthy, WhyUnhealthy(c.vitals, now)},
                                         {c.not_ready, WhyNotReady(c.vitals, now)}}) {
      EXPECT_THAT(said, HasSubstr(expected)) << c.what;
      EXPECT_EQ(said.empty(), *expected == '\0') << c.what << ": " << said;
    }
  }
}

TEST(HealthTest, TheBoardKnowsTheNewestTurn) {
  FakeClock clock;
  HealthBoard board(clock);
  EXPECT_THAT(board.WhyNotReady(), HasSubstr("starting"));
  board.Beat("", "");
  EXPECT_EQ(board.WhyNotReady(), "");
  clock.Advance(kLoopPatience + 1s);
  EXPECT_THAT(board.WhyUnhealthy(), HasSubstr("busy with one thing"));
  board.Beat("waits for room", "");
  EXPECT_EQ(board.WhyUnhealthy(), "waits for room");
  EXPECT_EQ(board.WhyNotReady(), "");
  board.Beat("", "");
  EXPECT_EQ(board.WhyUnhealthy(), "");
  board.SayStopping();
  EXPECT_EQ(board.WhyUnhealthy(), "");
  EXPECT_THAT(board.WhyNotReady(), HasSubstr("stopping"));
}

}  // namespace
}  // namespace paceline
