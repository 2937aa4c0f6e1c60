#include <csignal>
#include <fstream>
#include <regex>

#include "tests/process/complaint.h"

namespace paceline {
namespace {

// CLI11 adds a line that points to --help.
constexpr int kUsageLines = 2;

TEST(WorkerProgramTest, AWrongCommandLineIsUsage) {
  for (const auto& [arguments, text] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--nonsense"}, "--nonsense"},
           {{"--threads", "0"}, "--threads"},
           {{"--threads", "many"}, "--threads"},
           {{"--memory", "plenty"}, "'plenty' is no size such as 512M or 16G"},
           {{"--memory", "16"}, "'16' is less than 1 MB: give a unit"},
           {{"--device", "abacus"}, "there is no device 'abacus': give cpu, cuda or cuda:N"},
           {{"--device", "cuda:x"}, "there is no device 'cuda:x': give cpu, cuda or cuda:N"},
           {{"--data-dir", "/no/such/folder"}, "/no/such/folder"},
           {{"--log-level", "loud"}, "--log-level"},
       }) {
    ExpectComplaint(RunProgram("paceline-worker", arguments), 2, text, kUsageLines);
  }
}

// No machine has so many.
TEST(WorkerProgramTest, AnAbsentDeviceIsReportedBeforeAnyWork) {
  ExpectComplaint(RunProgram("paceline-worker", {"--device", "cuda:1000"}), 1,
                  "; give --device cpu");
}

TEST(WorkerProgramTest, AnAddressThatIsNoneIsRefused) {
  ExpectComplaint(RunProgram("paceline-worker", {"--coordinator", "host"}), 1,
                  "'host' is no address: it has no port");
}

TEST(WorkerProgramTest, PlaintextBeyondThisMachineIsRefused) {
  ExpectComplaint(RunProgram("paceline-worker", {"--coordinator", "192.0.2.1:7700"}), 1,
                  "refusing to talk to 192.0.2.1:7700 without TLS");
}

TEST(WorkerProgramTest, ACertificateThatIsNoneIsNamed) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/ca.pem";
  std::ofstream(path) << "nothing";
  ExpectComplaint(RunProgram("paceline-worker", {"--tls-ca", path}), 1,
                  path + ": holds no certificate");
}

TEST(WorkerProgramTest, AnHttpAddressThatIsNoneIsUsage) {
  ExpectComplaint(RunProgram("paceline-worker", {"--http", "host"}), 2,
                  "'host' is no address: it has no port");
}

TEST(WorkerProgramTest, AnHttpPortThatIsTakenIsRefused) {
  Process first("paceline-worker", {"--coordinator", "127.0.0.1:1", "--http", "127.0.0.1:0"});
  ASSERT_TRUE(first.WaitForOutput("/metrics"));
  std::smatch found;
  const std::string said = first.output();
  ASSERT_TRUE(std::regex_search(said, found, std::regex("http://([0-9.:]+)/metrics")));
  const Finished second =
      RunProgram("paceline-worker", {"--coordinator", "127.0.0.1:1", "--http", found[1].str()});
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.err, ::testing::HasSubstr("another program listens there already"));
}

TEST(WorkerProgramTest, AnAbsentCoordinatorIsReportedOnceAndWaitedFor) {
  Process worker("paceline-worker", {"--coordinator", "127.0.0.1:1"});
  EXPECT_TRUE(worker.WaitForOutput("the coordinator at 127.0.0.1:1 cannot be reached"));
  worker.Signal(SIGTERM);
  EXPECT_EQ(worker.Wait(std::chrono::seconds(10)), 0);
}

TEST(WorkerProgramTest, TheCoordinatorsAddressMayComeFromTheEnvironment) {
  Process worker("paceline-worker", {}, {{"PACELINE_COORDINATOR", "127.0.0.1:2"}});
  EXPECT_TRUE(worker.WaitForOutput("the coordinator at 127.0.0.1:2 cannot be reached"));
}

TEST(WorkerProgramTest, HelpNamesTheExitStatuses) {
  const Finished help = RunProgram("paceline-worker", {"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, ::testing::HasSubstr("Exit status: 0 left when told to"));
}

}  // namespace
}  // namespace paceline
