#include "coordinator/roster/foreign_text.h"

#include "coordinator/roster/token_bucket.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {
namespace {

using std::chrono::seconds;
using ::testing::EndsWith;
using ::testing::StartsWith;

TEST(ForeignTextTest, IsPrintableAndShort) {
  const std::string full(kMaxForeignBytes, 'x');
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"no memory", "no memory"},
      {"θ is gone", "θ is gone"},
      {"\x1b[2J\x07\n", " [2J  "},
      {full, full},
      {full + "y", full + "... (1025 bytes)"},
  };
  for (const auto& [text, clean] : cases) EXPECT_EQ(ForeignText(text), clean);
}

TEST(ForeignTextTest, NoCharacterIsCutInHalf) {
  std::string text(kMaxForeignBytes - 1, 'x');
  for (int i = 0; i < 10; ++i) text += "θ";
  EXPECT_EQ(ForeignText(text), std::string(kMaxForeignBytes - 1, 'x') + "... (1043 bytes)");
}

TEST(ForeignTextTest, EveryTextOfAMessageIsCleaned) {
  v1::WorkerMessage message;
  v1::Hello& hello = *message.mutable_hello();
  hello.set_name("a\x1b");
  hello.set_threads(7);
  for (int i = 0; i < 2; ++i) {
    v1::TierFingerprint& own = *hello.mutable_units()->add_fingerprints();
    own.set_fingerprint(std::string(5000, 'f') + "\n");
  }
  CleanTexts(message);
  EXPECT_EQ(hello.name(), "a ");
  EXPECT_EQ(hello.threads(), 7u);
  for (const v1::TierFingerprint& own : hello.units().fingerprints()) {
    EXPECT_THAT(own.fingerprint(), StartsWith("ffff"));
    EXPECT_THAT(own.fingerprint(), EndsWith("fff... (5001 bytes)"));
  }
}

TEST(TokenBucketTest, HoldsSoManyAndFillsWithTime) {
  const BucketSize size{.most = 3, .per_second = 0.5};
  TokenBucket bucket(size);
  const SteadyTime now{seconds(100)};
  const auto taken = [&](SteadyTime when) {
    int count = 0;
    while (bucket.Take(when)) ++count;
    return count;
  };
  EXPECT_EQ(taken(now), 3);
  EXPECT_EQ(taken(now + seconds(1)), 0);
  EXPECT_EQ(taken(now + seconds(2)), 1);
  EXPECT_EQ(taken(now + seconds(6)), 2);
  EXPECT_EQ(taken(now + seconds(1000)), 3);
}

}  // namespace
}  // namespace paceline
