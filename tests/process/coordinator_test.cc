#include <csignal>
#include <fstream>

#include "common/base/file.h"
#include "tests/process/complaint.h"
#include "tests/testing/certificates.h"

namespace paceline {
namespace {

class CoordinatorProgramTest : public ::testing::Test {
 protected:
  std::string Data() const { return folder_.path() + "/data"; }
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  std::vector<std::string> Arguments(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"--data", Data(), "--listen", "127.0.0.1:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  TemporaryFolder folder_;
};

TEST_F(CoordinatorProgramTest, AWrongCommandLineIsUsage) {
  ExpectComplaint(RunProgram("paceline-coordinator", {}), 2, "--data", 2);
  ExpectComplaint(RunProgram("paceline-coordinator", Arguments({"--nonsense"})), 2, "--nonsense",
                  2);
  ExpectComplaint(RunProgram("paceline-coordinator", {"--data", Data(), "--listen", "here"}), 2,
                  "'here' is no address");
}

TEST_F(CoordinatorProgramTest, AListenerBeyondLoopbackWithoutTlsIsRefused) {
  for (const char* listen : {"0.0.0.0:0", "[::]:0"}) {
    ExpectComplaint(RunProgram("paceline-coordinator", {"--data", Data(), "--listen", listen}), 3,
                    "without TLS");
  }
}

TEST_F(CoordinatorProgramTest, InsecureOrTlsOpensAListenerBeyondLoopback) {
  const Certificate certificate = MakeCertificate("coordinator", MakeAuthority("ours"));
  const std::string cert = Write("cert.pem", certificate.cert);
  const std::string key = Write("key.pem", certificate.key);
  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {"--insecure"}, {"--tls-cert", cert, "--tls-key", key}}) {
    std::vector<std::string> arguments = {"--data", Data(), "--listen", "0.0.0.0:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Process coordinator("paceline-coordinator", arguments);
    EXPECT_TRUE(coordinator.WaitForOutput("ready on 0.0.0.0:"));
    coordinator.Signal(SIGTERM);
    EXPECT_EQ(coordinator.Wait(), 0);
  }
}

TEST_F(CoordinatorProgramTest, TwoCoordinatorsCannotShareADataFolder) {
  Process first("paceline-coordinator", Arguments());
  ASSERT_TRUE(first.WaitForOutput("ready on"));
  ExpectComplaint(RunProgram("paceline-coordinator", Arguments()), 3, Data());
}

TEST_F(CoordinatorProgramTest, TwoCoordinatorsCannotShareAPort) {
  Process first("paceline-coordinator", Arguments());
  ASSERT_TRUE(first.WaitForOutput("ready on"));
  std::string address = *ReadFile(Data() + "/address");
  address.pop_back();
  const Finished second = RunProgram("paceline-coordinator",
                                     {"--data", folder_.path() + "/other", "--listen", address});
  EXPECT_EQ(second.status, 3);
  EXPECT_THAT(second.err, ::testing::HasSubstr("cannot listen on " + address));
}

TEST_F(CoordinatorProgramTest, ADamagedStoreIsNamedAndLeftAsItIs) {
  Process first("paceline-coordinator", Arguments());
  ASSERT_TRUE(first.WaitForOutput("ready on"));
  first.Signal(SIGTERM);
  ASSERT_EQ(first.Wait(), 0);
  const std::string damage(8192, 'x');
  Write("data/coordinator.db", damage);
  ExpectComplaint(RunProgram("paceline-coordinator", Arguments()), 3, "coordinator.db");
  EXPECT_EQ(*ReadFile(Data() + "/coordinator.db"), damage);
}

TEST_F(CoordinatorProgramTest, ADataFolderThatIsAFileIsNamed) {
  Write("data", "a file");
  ExpectComplaint(RunProgram("paceline-coordinator", Arguments()), 3, Data());
}

TEST_F(CoordinatorProgramTest, ItStopsOnSigtermAndStartsAgain) {
  for (int i = 0; i < 2; ++i) {
    Process coordinator("paceline-coordinator", Arguments());
    ASSERT_TRUE(coordinator.WaitForOutput("ready on"));
    coordinator.Signal(i == 0 ? SIGTERM : SIGINT);
    EXPECT_EQ(coordinator.Wait(), 0);
  }
}

}  // namespace
}  // namespace paceline
