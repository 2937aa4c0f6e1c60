#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/coordinator/cli/commands/commands_fixture.h"

namespace paceline {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class CertsTest : public CommandsTest {
 protected:
  std::string folder() const { return folder_ + "/ca"; }
  int Certs(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "certs");
    arguments.insert(arguments.end(), {"--dir", folder()});
    return Run(arguments);
  }
};

TEST_F(CertsTest, ThreeCommandsGiveAClusterItsCertificates) {
  EXPECT_EQ(Certs({"init"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("certificate authority in " + folder()));
  EXPECT_EQ(Certs({"issue", "coordinator", "--host", "10.0.0.1", "--host", "head"}), 0) << err();
  const std::string own = folder() + "/coordinator/";
  EXPECT_THAT(out(), HasSubstr("paceline-coordinator --data DIR --listen 10.0.0.1:7700 --tls-ca " +
                               own + "ca.pem --tls-cert " + own + "coordinator.pem --tls-key " +
                               own + "coordinator-key.pem"));
  EXPECT_EQ(Certs({"issue", "worker", "w1"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("paceline-worker --coordinator HOST:7700 --tls-ca "));
  EXPECT_TRUE(std::filesystem::exists(folder() + "/w1/w1-key.pem"));
}

TEST_F(CertsTest, EachRoleHasALifetimeOfItsOwn) {
  EXPECT_EQ(Certs({"init"}), 0) << err();
  struct Case {
    std::vector<std::string> arguments;
    int64_t days;
  };
  for (const Case& c : std::vector<Case>{
           {{"issue", "coordinator", "--host", "h", "--json"}, 90},
           {{"issue", "worker", "w", "--json"}, 7},
           {{"issue", "submitter", "s", "--json"}, 30},
           {{"issue", "viewer", "v", "--json"}, 30},
           {{"issue", "admin", "a", "--json"}, 30},
           {{"issue", "admin", "b", "--days", "2", "--json"}, 2},
           {{"renew", "b", "--json"}, 2},
           {{"renew", "b", "--days", "3", "--json"}, 3},
       }) {
    EXPECT_EQ(Certs(c.arguments), 0) << err();
    const json issued = json::parse(out());
    const int64_t lasts =
        issued["not_after_unix_ms"].get<int64_t>() - issued["not_before_unix_ms"].get<int64_t>();
    EXPECT_EQ(lasts / 86'400'000, c.days);
  }
}

TEST_F(CertsTest, WhatIsRevokedIsListedSoAndTheCoordinatorsCommandIsTold) {
  EXPECT_EQ(Certs({"init"}), 0) << err();
  EXPECT_EQ(Certs({"issue", "worker", "w1", "--json"}), 0) << err();
  const std::string serial = json::parse(out())["serial"];
  EXPECT_EQ(Certs({"list"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("good"));
  EXPECT_EQ(Certs({"revoke", "w1", "--reason", "key-compromise"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("\n  paceline revoke " + serial + "\n"));
  EXPECT_EQ(Certs({"list"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("(key-compromise)"));
  EXPECT_EQ(Certs({"list", "--json"}), 0) << err();
  EXPECT_EQ(json::parse(out())[0]["reason"], "key-compromise");
}

TEST_F(CertsTest, WhatIsWrongIsSaid) {
  EXPECT_EQ(Certs({"list"}), 4);
  EXPECT_THAT(err(), HasSubstr("make one: paceline certs init --dir " + folder()));
  EXPECT_EQ(Run({"certs"}), 2);
  EXPECT_THAT(err(), HasSubstr("A subcommand is required"));
  EXPECT_EQ(Certs({"init"}), 0) << err();
  struct Case {
    std::vector<std::string> arguments;
    int status;
    const char* told;
  };
  for (const Case& c : std::vector<Case>{
           {{"isue", "worker", "w"}, 2, "(did you mean issue?); paceline certs --help"},
           {{"issue", "worker", "w", "--dasy", "1"}, 2, "paceline certs issue --help"},
           {{"init"}, 1, "holds an authority already"},
           {{"issue", "king", "w"}, 2, "ROLE: king not in"},
           {{"issue", "worker"}, 2, "whose certificate is it to be?"},
           {{"issue", "worker", "a/b"}, 2, "is no name of an identity"},
           {{"issue", "coordinator"}, 2, "needs the names and addresses"},
           {{"issue", "worker", "w", "--host", "h"}, 2, "is for no host"},
           {{"issue", "worker", "w", "--days", "0"}, 2, "--days"},
           {{"renew", "ghost"}, 4, "has issued no certificate to \"ghost\""},
           {{"revoke", "ghost"}, 4, "has issued no certificate to \"ghost\""},
           {{"revoke", "ghost", "--reason", "why"}, 2, "--reason"},
       }) {
    EXPECT_EQ(Certs(c.arguments), c.status) << err();
    EXPECT_THAT(err(), HasSubstr(c.told));
    EXPECT_EQ(out(), "");
  }
}

}  // namespace
}  // namespace paceline
