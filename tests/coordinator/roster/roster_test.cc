#include "coordinator/roster/roster.h"

#include "absl/strings/str_cat.h"
#include "common/base/protocol.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::Hello HelloFrom(const std::string& name) {
  v1::Hello hello;
  hello.set_protocol(kProtocolVersion);
  hello.set_name(name);
  hello.set_threads(2);
  v1::TierFingerprint& fused = *hello.add_fingerprints();
  fused.set_tier(v1::ENGINE_FUSED);
  fused.set_fingerprint("fused A");
  return hello;
}

class RosterTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  Roster roster_{clock_};
};

TEST_F(RosterTest, AWorkerThatJoinsAgainIsANewOne) {
  const auto first = roster_.Join(HelloFrom("a"), "ipv4:1");
  const auto second = roster_.Join(HelloFrom("a"), "ipv4:1");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(*first, *second);
  EXPECT_EQ(roster_.workers().size(), 2u);
}

TEST_F(RosterTest, AWorkerIsSilentOnceTheTimeoutHasPassed) {
  const WorkerId id = *roster_.Join(HelloFrom("a"), "");
  clock_.Advance(kSilenceTimeout);
  EXPECT_THAT(roster_.Silent(), IsEmpty());
  clock_.Advance(milliseconds(1));
  EXPECT_THAT(roster_.Silent(), ElementsAre(id));
  roster_.Leave(id);
  EXPECT_THAT(roster_.Silent(), IsEmpty());
  EXPECT_EQ(roster_.Find(id), nullptr);
}

TEST_F(RosterTest, ASilenceIsNoticedWithinFiveSeconds) {
  EXPECT_LE(kSilenceTimeout + kHeartbeatInterval, milliseconds(5000));
  EXPECT_GE(kSilenceTimeout, 3 * kHeartbeatInterval);
}

TEST_F(RosterTest, AHeartbeatBeginsTheSilenceAnew) {
  const WorkerId quiet = *roster_.Join(HelloFrom("quiet"), "");
  const WorkerId loud = *roster_.Join(HelloFrom("loud"), "");
  for (int second = 0; second < 5; ++second) {
    clock_.Advance(milliseconds(1000));
    roster_.Heard(loud);
  }
  EXPECT_THAT(roster_.Silent(), ElementsAre(quiet));
}

TEST_F(RosterTest, HearingOfAStrangerChangesNothing) {
  roster_.Heard(WorkerId{77});
  roster_.Leave(WorkerId{77});
  EXPECT_THAT(roster_.workers(), IsEmpty());
}

TEST_F(RosterTest, AWorkerWithoutAProtocolOfOursIsRefusedWithBothVersionsNamed) {
  v1::Hello hello = HelloFrom("a");
  hello.set_protocol(kProtocolVersion + 1);
  hello.set_oldest_protocol(kProtocolVersion);
  const auto newer = roster_.Join(hello, "");
  ASSERT_TRUE(newer.ok()) << newer.status();
  EXPECT_EQ(roster_.Find(*newer)->protocol, kProtocolVersion);
  hello.clear_oldest_protocol();
  const auto id = roster_.Join(hello, "");
  EXPECT_TRUE(absl::IsFailedPrecondition(id.status()));
  EXPECT_THAT(std::string(id.status().message()),
              HasSubstr(absl::StrCat("protocol ", kProtocolVersion + 1)));
  EXPECT_THAT(std::string(id.status().message()),
              HasSubstr(absl::StrCat(kOldestProtocolVersion, " to ", kProtocolVersion)));
}

TEST_F(RosterTest, ImpossibleHellosAreRefused) {
  struct Case {
    const char* what;
    void (*spoil)(v1::Hello&);
  };
  const Case cases[] = {
      {"no threads", [](v1::Hello& hello) { hello.set_threads(0); }},
      {"too many threads", [](v1::Hello& hello) { hello.set_threads(1u << 31); }},
      {"no tier", [](v1::Hello& hello) { hello.clear_fingerprints(); }},
      {"no fingerprint",
       [](v1::Hello& hello) { hello.mutable_fingerprints(0)->clear_fingerprint(); }},
      {"a huge fingerprint",
       [](v1::Hello& hello) {
         hello.mutable_fingerprints(0)->set_fingerprint(std::string(5000, 'x'));
       }},
      {"what is no tier",
       [](v1::Hello& hello) { hello.mutable_fingerprints(0)->set_tier(v1::ENGINE_AUTO); }},
      {"a tier twice", [](v1::Hello& hello) { *hello.add_fingerprints() = hello.fingerprints(0); }},
      {"a huge name", [](v1::Hello& hello) { hello.set_name(std::string(5000, 'x')); }},
      {"a plug-in without a digest", [](v1::Hello& hello) { hello.add_plugins("line.so"); }},
      {"a digest in capitals", [](v1::Hello& hello) { hello.add_plugins(std::string(64, 'A')); }},
      {"very many plug-ins",
       [](v1::Hello& hello) {
         for (int i = 0; i < 1000; ++i) hello.add_plugins(std::string(64, '1'));
       }},
  };
  for (const Case& c : cases) {
    v1::Hello hello = HelloFrom("a");
    c.spoil(hello);
    EXPECT_TRUE(absl::IsInvalidArgument(roster_.Join(hello, "").status())) << c.what;
  }
  EXPECT_THAT(roster_.workers(), IsEmpty());
}

TEST_F(RosterTest, AWorkersPluginsAreKnownAndAnOldWorkerHasNone) {
  v1::Hello hello = HelloFrom("a");
  const std::string one(64, '1'), other(64, 'f');
  hello.add_plugins(other);
  hello.add_plugins(one);
  EXPECT_THAT(roster_.Find(*roster_.Join(hello, ""))->plugins, ElementsAre(one, other));
  EXPECT_THAT(roster_.Find(*roster_.Join(HelloFrom("b"), ""))->plugins, IsEmpty());
}

}  // namespace
}  // namespace paceline
