// tokens, revoke and audit in a data folder, without a coordinator.
#include <sys/stat.h>

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/coordinator/cli/commands/commands_fixture.h"

namespace paceline {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class AccessCommandsTest : public CommandsTest {
 protected:
  int RunHere(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--data", folder_});
    return Run(std::move(arguments));
  }
};

TEST_F(AccessCommandsTest, ATokenIsShownOnceAndAloneAndListedWithoutItsSecret) {
  EXPECT_EQ(RunHere({"tokens", "issue", "alice", "--role", "submitter", "--jobs", "a-"}), 0)
      << err();
  const std::string token = out();
  EXPECT_THAT(token, MatchesRegex("pl_[0-9a-f]*_[-_A-Za-z0-9]*\n"));
  EXPECT_THAT(err(), HasSubstr("of alice (submitter), until "));
  EXPECT_EQ(RunHere({"tokens", "list"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr(token.substr(3, 12)));
  EXPECT_THAT(out(), HasSubstr("a-..."));
  EXPECT_EQ(out().find(token.substr(16, 20)), std::string::npos);
  EXPECT_EQ(RunHere({"tokens", "revoke", token.substr(3, 12)}), 0) << err();
  EXPECT_EQ(RunHere({"tokens", "revoke", "000000000000"}), 4);
  EXPECT_EQ(RunHere({"tokens", "list", "--json"}), 0);
  EXPECT_GT(json::parse(out())[0]["revoked_unix_ms"], 0);
}

TEST_F(AccessCommandsTest, ATokensFileIsNewAndPrivate) {
  const std::string file = folder_ + "/token";
  EXPECT_EQ(RunHere({"tokens", "issue", "v", "--role", "viewer", "--out", file}), 0) << err();
  EXPECT_EQ(out(), "");
  struct stat info {};
  ASSERT_EQ(stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(RunHere({"tokens", "issue", "v", "--role", "viewer", "--out", file}), 1);
  EXPECT_THAT(err(), HasSubstr("exists"));
}

TEST_F(AccessCommandsTest, TheAuditTellsWhatWasDoneAndWhetherItIsWhole) {
  EXPECT_EQ(RunHere({"tokens", "issue", "alice", "--role", "admin"}), 0);
  EXPECT_EQ(RunHere({"revoke", "0A:1B", "--reason", "lost"}), 0) << err();
  EXPECT_EQ(out(), "certificate 0a1b is revoked\n");
  EXPECT_EQ(RunHere({"audit"}), 0);
  EXPECT_THAT(out(), HasSubstr("local (admin) AccessService/IssueToken alice: OK"));
  EXPECT_THAT(out(), HasSubstr("local (admin) AccessService/RevokeCertificate 0A:1B: OK"));
  EXPECT_EQ(RunHere({"audit", "--verify", "--json"}), 0);
  EXPECT_EQ(json::parse(out())["entries"], 2);
  std::string log = *ReadFile(folder_ + "/audit.log");
  log.replace(log.find("alice"), 5, "mally");
  ASSERT_TRUE(WriteFileAtomically(folder_ + "/audit.log", log).ok());
  EXPECT_EQ(RunHere({"audit", "--verify"}), 1);
  EXPECT_THAT(err(), HasSubstr("audit.log:1 is entry 1, and it, or the one before, was changed"));
}

TEST_F(AccessCommandsTest, WhatWillNotDoIsOneErrorInWords) {
  struct Case {
    std::vector<std::string> arguments;
    const char* word;
  };
  for (const Case& bad :
       {Case{{"tokens", "issue", "alice", "--role", "king"}, "\"king\" is no role"},
        Case{{"tokens", "issue", "a b", "--role", "viewer"}, "is no name of an identity"},
        Case{{"tokens", "issue", "local", "--role", "viewer"}, "choose a name"},
        Case{{"tokens", "issue", "alice", "--role", "viewer", "--days", "0"}, "--days"},
        Case{{"tokens", "issue", "alice", "--role", "submitter", "--jobs", "A b"}, "prefix"},
        Case{{"revoke", "no-serial"}, "hexadecimal digits"}}) {
    EXPECT_EQ(RunHere(bad.arguments), 2) << bad.word;
    EXPECT_THAT(err(), HasSubstr(bad.word));
  }
  EXPECT_EQ(Run({"tokens", "list", "--data", folder_ + "/none"}), 4);
  EXPECT_THAT(err(), HasSubstr("there is no such folder"));
}

}  // namespace
}  // namespace paceline
