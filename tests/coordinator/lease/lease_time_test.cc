#include "coordinator/lease/lease_time.h"

#include "coordinator/lease/believed.h"
#include "coordinator/lease/bench.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(LeaseTimeTest, FollowsFromWhatAnswersTake) {
  const struct {
    const char* name;
    std::optional<double> window_seconds;
    LeaseWork work;
    std::chrono::nanoseconds time;
  } cases[] = {
      {"nobody has answered yet", std::nullopt, {}, kFirstLease},
      {"as usual", 2.0, {}, seconds(8)},
      {"quick windows have a floor", 0.001, {}, kShortestLease},
      {"its turn comes third", 2.0, {.rounds = 3}, seconds(24)},
      {"it re-makes the block", 2.0, {.rounds = 1, .replayed = 9}, seconds(80)},
      {"quick windows add up", 0.001, {.rounds = 1, .replayed = 999}, seconds(4)},
      {"another was asked before", 2.0, {.tries = 1}, seconds(16)},
      {"and two more", 0.001, {.tries = 3}, seconds(8)},
      {"another was asked before, and nobody has answered", std::nullopt, {.tries = 1}, minutes(4)},
      {"everybody was asked", 2.0, {.tries = 1'000'000}, hours(24)},
      {"windows of hours have a ceiling", 36000.0, {}, hours(24)},
      {"no time at all", 0.0, {}, kShortestLease},
  };
  for (const auto& c : cases) {
    EXPECT_NEAR(static_cast<double>(LeaseTime(c.window_seconds, c.work).count()),
                static_cast<double>(c.time.count()), 10)
        << c.name;
  }
}

TEST(BenchTimeTest, DoublesWithEveryMissUpToAnHour) {
  const struct {
    int misses;
    std::chrono::nanoseconds lease, time;
  } cases[] = {
      {1, seconds(1), seconds(8)}, {2, seconds(1), seconds(16)}, {5, seconds(1), seconds(128)},
      {30, seconds(1), hours(1)},  {1, minutes(5), minutes(40)}, {2, minutes(5), hours(1)},
      {1000, hours(24), hours(1)},
  };
  for (const auto& c : cases) EXPECT_EQ(BenchTime(c.misses, c.lease), c.time) << c.misses;
}

TEST(BelievedThreadsTest, AreThoseThatAnswersBearOut) {
  const ClaimsAround first{.typical_threads = 4, .answered = false};
  const ClaimsAround later{.typical_threads = 4, .answered = true};
  const struct {
    const char* name;
    Claim claim;
    ClaimsAround around;
    uint32_t believed;
  } cases[] = {
      {"where all begin, a usual claim is believed", {4, 0}, first, 4},
      {"and up to twice of it", {4096, 0}, first, 8},
      {"a newcomer has one thread", {4096, 0}, later, 1},
      {"twice as many after a good step", {4096, 1}, later, 2},
      {"and so on", {4096, 5}, later, 32},
      {"no more than it claims", {3, 5}, later, 3},
      {"nor after very many steps", {4096, 1'000'000}, later, 4096},
  };
  for (const auto& c : cases) EXPECT_EQ(BelievedThreads(c.claim, c.around), c.believed) << c.name;
}

}  // namespace
}  // namespace paceline
