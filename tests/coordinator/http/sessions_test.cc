#include "coordinator/http/sessions.h"

#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

using std::chrono::hours;

Caller Named(const std::string& name) {
  Caller caller;
  caller.name = name;
  return caller;
}

TEST(SessionsTest, EachHasAnIdAndASecretOfItsOwn) {
  FakeClock clock;
  Sessions sessions(clock);
  const std::string one = sessions.Begin(Named("alice")), two = sessions.Begin(Named("bob"));
  EXPECT_EQ(one.size(), 64u);
  EXPECT_NE(one, two);
  EXPECT_EQ(sessions.Find(one)->caller.name, "alice");
  EXPECT_NE(sessions.Find(one)->csrf, sessions.Find(two)->csrf);
  sessions.End(one);
  EXPECT_FALSE(sessions.Find(one).has_value());
  EXPECT_TRUE(sessions.Find(two).has_value());
  for (const char* none : {"", "0", "../x"}) EXPECT_FALSE(sessions.Find(none).has_value());
}

TEST(SessionsTest, OneThatIsIdleEndsAndOneThatIsUsedGoesOn) {
  FakeClock clock;
  Sessions sessions(clock);
  const std::string id = sessions.Begin({});
  for (int i = 0; i < 5; ++i) {
    clock.Advance(hours(11));
    EXPECT_TRUE(sessions.Find(id).has_value());
  }
  clock.Advance(hours(13));
  EXPECT_FALSE(sessions.Find(id).has_value());
}

TEST(SessionsTest, ThereAreNotMoreThanSoMany) {
  FakeClock clock;
  Sessions sessions(clock);
  const std::string first = sessions.Begin({});
  clock.Advance(std::chrono::seconds(1));
  std::string last;
  for (size_t i = 0; i < kMostSessions; ++i) last = sessions.Begin({});
  EXPECT_FALSE(sessions.Find(first).has_value());
  EXPECT_TRUE(sessions.Find(last).has_value());
}

TEST(SessionsTest, LoginsOfOneHostAreLimitedAndOthersAreNot) {
  FakeClock clock;
  LoginLimit limit(clock);
  int taken = 0;
  while (taken < 100 && limit.Take("a").ok()) ++taken;
  EXPECT_EQ(taken, 10);
  EXPECT_TRUE(limit.Take("b").ok());
  clock.Advance(std::chrono::seconds(4));
  EXPECT_TRUE(limit.Take("a").ok());
}

}  // namespace
}  // namespace paceline
