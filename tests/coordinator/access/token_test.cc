#include "coordinator/access/token.h"

#include <set>

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(TokenTest, IsReadBackAsItWasWritten) {
  const Token token = NewToken();
  const auto read = ParseToken(token.ToString());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->id, token.id);
  EXPECT_EQ(read->secret, token.secret);
}

TEST(TokenTest, NoTwoAreAlike) {
  std::set<std::string> ids, secrets;
  for (int i = 0; i < 1000; ++i) {
    const Token token = NewToken();
    ids.insert(token.id);
    secrets.insert(token.secret);
  }
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_EQ(secrets.size(), 1000u);
}

TEST(TokenTest, WhatIsNoTokenIsRefusedWithoutBeingRepeated) {
  const std::string good = NewToken().ToString();
  for (const std::string& bad :
       {std::string(), good.substr(1), good + "A", good.substr(0, good.size() - 1) + "!",
        "xx" + good.substr(2), std::string(good).replace(3, 1, "Z"),
        std::string(good).replace(15, 1, "-"), std::string(good.size(), '\0')}) {
    const auto token = ParseToken(bad);
    EXPECT_TRUE(absl::IsInvalidArgument(token.status())) << bad;
    EXPECT_EQ(std::string(token.status().message()).find(good.substr(20, 10)), std::string::npos);
  }
}

TEST(TokenTest, TheSameSecretHasAnotherHashWithAnotherSalt) {
  EXPECT_TRUE(SameHash(HashOfSecret("a", "secret"), HashOfSecret("a", "secret")));
  EXPECT_FALSE(SameHash(HashOfSecret("a", "secret"), HashOfSecret("b", "secret")));
  EXPECT_FALSE(SameHash(HashOfSecret("a", "secret"), ""));
  EXPECT_NE(NewSalt(), NewSalt());
}

}  // namespace
}  // namespace paceline
