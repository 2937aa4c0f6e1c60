// A cluster with certificates of its own, by the commands that docs/security.md gives.
#include <csignal>

#include "common/base/file.h"
#include "nlohmann/json.hpp"
#include "tests/process/complaint.h"

namespace paceline {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class CertsProgramTest : public ::testing::Test {
 protected:
  CertsProgramTest() {
    const Finished made = Certs({"init"});
    EXPECT_EQ(made.status, 0) << made.err;
  }
  Finished Certs(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "certs");
    arguments.insert(arguments.end(), {"--dir", folder_.path() + "/ca"});
    return RunProgram("paceline", arguments);
  }
  // What a program is given to be that one.
  std::vector<std::string> Issue(std::vector<std::string> who) {
    who.insert(who.begin(), "issue");
    who.emplace_back("--json");
    const Finished issued = Certs(who);
    EXPECT_EQ(issued.status, 0) << issued.err;
    const json files = json::parse(issued.out);
    return {"--tls-ca",        files["tls_ca"], "--tls-cert",
            files["tls_cert"], "--tls-key",     files["tls_key"]};
  }
  std::vector<std::string> OfCoordinator(std::vector<std::string> arguments,
                                         const std::vector<std::string>& tls) {
    std::string address = ReadFile(Data() + "/address").value_or("\n");
    address.pop_back();
    arguments.insert(arguments.end(), {"--coordinator", address});
    arguments.insert(arguments.end(), tls.begin(), tls.end());
    return arguments;
  }
  std::string Data() const { return folder_.path() + "/data"; }

  TemporaryFolder folder_;
};

TEST_F(CertsProgramTest, ThreeCommandsMakeAClusterThatKnowsItsOwn) {
  std::vector<std::string> start = {"--data", Data(), "--listen", "127.0.0.1:0"};
  const auto tls = Issue({"coordinator", "--host", "127.0.0.1"});
  start.insert(start.end(), tls.begin(), tls.end());
  Process coordinator("paceline-coordinator", start);
  ASSERT_TRUE(coordinator.WaitForOutput("ready on"));
  Process worker("paceline-worker", OfCoordinator({"--threads", "1"}, Issue({"worker", "w1"})));
  const auto alice = Issue({"viewer", "alice"});
  EXPECT_TRUE(WaitUntil([&] {
    const Finished asked = RunProgram("paceline", OfCoordinator({"workers", "--json"}, alice));
    return asked.status == 0 && json::parse(asked.out).size() == 1;
  })) << worker.output();
  const Finished doctor =
      RunProgram("paceline", OfCoordinator({"doctor", "--data", Data(), "--json"}, alice));
  EXPECT_EQ(doctor.status, 0) << doctor.out;
  std::map<std::string, std::string> verdicts;
  for (const json& one : json::parse(doctor.out)) verdicts[one["subject"]] = one["verdict"];
  for (const char* subject : {"programs", "store", "certificate", "key", "coordinator"}) {
    EXPECT_EQ(verdicts[subject], "ok") << doctor.out;
  }
}

TEST_F(CertsProgramTest, DoctorNamesWhatIsWrongAndEndsWithOne) {
  auto tls = Issue({"viewer", "alice"});
  tls[5] = Issue({"viewer", "bob"})[5];  // another's key
  std::vector<std::string> ask = {"doctor", "--coordinator", "127.0.0.1:1"};
  ask.insert(ask.end(), tls.begin(), tls.end());
  const Finished doctor = RunProgram("paceline", ask);
  EXPECT_EQ(doctor.status, 1);
  EXPECT_THAT(doctor.out, HasSubstr("bob-key.pem: is not the key of the certificate in"));
  EXPECT_THAT(doctor.out, HasSubstr("-> use the two files that belong together"));
  EXPECT_THAT(doctor.out, HasSubstr("bad   coordinator"));
  EXPECT_EQ(doctor.err, "");
}

}  // namespace
}  // namespace paceline
