#include "coordinator/service/strangers.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Strangers, AreThoseAtTheWrongPort) {
  EXPECT_EQ(TroubleWith(Speaker::kGrpc, false), std::nullopt);
  EXPECT_EQ(TroubleWith(Speaker::kTls, true), std::nullopt);
  EXPECT_EQ(TroubleWith(Speaker::kGrpc, true), Trouble::kPlainToTlsPort);
  EXPECT_EQ(TroubleWith(Speaker::kTls, false), Trouble::kTlsToPlainPort);
  for (const bool tls : {false, true}) {
    EXPECT_EQ(TroubleWith(Speaker::kHttp, tls), Trouble::kHttp);
    EXPECT_EQ(TroubleWith(Speaker::kOther, tls), Trouble::kUnknownProtocol);
  }
}

TEST(Strangers, AreToldOfAtOnceAndThenNotTooOften) {
  FakeClock clock;
  Strangers strangers(clock);
  const auto first = strangers.Count(Trouble::kHttp, "1.2.3.4:5");
  ASSERT_TRUE(first.has_value());
  EXPECT_THAT(*first, HasSubstr("1.2.3.4:5 speaks HTTP/1"));
  EXPECT_THAT(*first, Not(HasSubstr("more")));
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(strangers.Count(Trouble::kHttp, "x").has_value());
  clock.Advance(Strangers::kTellAgain - seconds(1));
  EXPECT_FALSE(strangers.Count(Trouble::kHttp, "x").has_value());
  EXPECT_TRUE(strangers.Count(Trouble::kHandshake, "x").has_value()) << "another kind";
  clock.Advance(seconds(1));
  const auto later = strangers.Count(Trouble::kHttp, "x");
  ASSERT_TRUE(later.has_value());
  EXPECT_THAT(*later, HasSubstr("(and 1001 more like it since)"));
  EXPECT_EQ(strangers.count(Trouble::kHttp), 1003u);
  EXPECT_EQ(strangers.count(Trouble::kUnknownProtocol), 0u);
}

}  // namespace
}  // namespace paceline
