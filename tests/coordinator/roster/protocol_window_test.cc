#include "coordinator/roster/protocol_window.h"

#include <vector>

#include "gmock/gmock.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

constexpr ProtocolWindow kOwn{.oldest = 3, .newest = 5};

TEST(ProtocolWindowTest, TheHighestThatBothSpeakIsSpoken) {
  struct Case {
    uint32_t oldest, newest;  // oldest 0: it names none
    uint32_t spoken;          // 0: refused
    const char* said;
  };
  for (const Case& c : std::vector<Case>{
           {0, 3, 3, ""},
           {0, 4, 4, ""},
           {0, 5, 5, ""},
           {1, 3, 3, ""},
           {3, 5, 5, ""},
           {5, 9, 5, ""},
           {1, 9, 5, ""},
           {0, 2, 0,
            "the worker speaks protocol 2, this coordinator protocols 3 to 5; update the worker"},
           {1, 2, 0,
            "speaks protocols 1 to 2, this coordinator protocols 3 to 5; update the worker"},
           {0, 0, 0, "update the worker"},
           {0, 6, 0,
            "speaks protocol 6, this coordinator protocols 3 to 5; update the coordinator"},
           {6, 9, 0, "protocols 6 to 9, this coordinator protocols 3 to 5; update the coordinator"},
           {0, 0xffffffff, 0, "update the coordinator"},
       }) {
    v1::Hello hello;
    hello.set_protocol(c.newest);
    hello.set_oldest_protocol(c.oldest);
    const auto spoken = AgreeOnProtocol(hello, kOwn);
    if (c.spoken > 0) {
      ASSERT_TRUE(spoken.ok()) << spoken.status();
      EXPECT_EQ(*spoken, c.spoken);
    } else {
      EXPECT_TRUE(absl::IsFailedPrecondition(spoken.status())) << c.newest;
      EXPECT_THAT(std::string(spoken.status().message()), HasSubstr(c.said));
    }
  }
}

TEST(ProtocolWindowTest, AWindowThatEndsBeforeItBeginsIsRefused) {
  v1::Hello hello;
  hello.set_protocol(4);
  hello.set_oldest_protocol(5);
  EXPECT_TRUE(absl::IsInvalidArgument(AgreeOnProtocol(hello, kOwn).status()));
}

TEST(ProtocolWindowTest, ThisBuildsOwnWindowIsOne) {
  EXPECT_LE(kOldestProtocolVersion, kProtocolVersion);
  v1::Hello hello;
  hello.set_protocol(kProtocolVersion);
  hello.set_oldest_protocol(kOldestProtocolVersion);
  EXPECT_EQ(*AgreeOnProtocol(hello), kProtocolVersion);
}

}  // namespace
}  // namespace paceline
