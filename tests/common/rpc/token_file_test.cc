#include "common/rpc/token_file.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kToken[] = "pl_0123456789ab_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq";

class TokenFileTest : public ::testing::Test {
 protected:
  TokenFileTest() : path_(::testing::TempDir() + "token_file_test") { unsetenv("PACELINE_TOKEN"); }
  ~TokenFileTest() override {
    unsetenv("PACELINE_TOKEN");
    unlink(path_.c_str());
  }
  absl::StatusOr<std::string> Read(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    chmod(path_.c_str(), mode);
    return ReadToken({.token_file = path_});
  }
  const std::string path_;
};

TEST_F(TokenFileTest, IsReadWithoutTheLinesEnd) {
  const auto token = Read(std::string(kToken) + "\n");
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(*token, kToken);
}

TEST_F(TokenFileTest, ComesFromTheEnvironmentWhereThereIsNoFile) {
  EXPECT_EQ(*ReadToken({}), "");
  setenv("PACELINE_TOKEN", kToken, 1);
  EXPECT_EQ(*ReadToken({}), kToken);
  EXPECT_NE(*Read("pl_of_the_file"), kToken);
}

TEST_F(TokenFileTest, WhatWillNotDoIsNamedAndNotRepeated) {
  EXPECT_TRUE(absl::IsNotFound(ReadToken({.token_file = path_ + ".none"}).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(Read(kToken, 0640).status()));
  for (const std::string& bad : {std::string(), std::string("secret"), std::string("pl_two\nlines"),
                                 std::string("pl_\x01"), "pl_" + std::string(600, 'a')}) {
    const absl::Status status = Read(bad).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path_));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace paceline
