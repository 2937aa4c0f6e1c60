#include <csignal>
#include <fstream>

#include "common/base/file.h"
#include "tests/process/complaint.h"

namespace paceline {
namespace {

constexpr char kConfig[] = R"(
name: tiny
optimizer: {learnable_sgd: {}}
tasks:
  - quadratic: {dimension: 2}
episode: {constant: {steps: 10}}
estimator: {nres: {window: 5}, particles: 2, block: 1}
outer: {steps: 3, optimizer: {sgd: {learning_rate: 0.1}}}
)";

TEST(ClientProgramTest, WithoutACoordinatorEveryCommandSaysSo) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"list"},
                                             {"show", "job"},
                                             {"watch", "job"},
                                             {"pause", "job"},
                                             {"resume", "job"},
                                             {"cancel", "job"},
                                             {"hash", "job"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--coordinator", "127.0.0.1:1"});
    ExpectComplaint(RunProgram("paceline", arguments), 3,
                    "the coordinator at 127.0.0.1:1 cannot be reached");
  }
}

TEST(ClientProgramTest, AWrongCommandLineIsUsage) {
  EXPECT_EQ(RunProgram("paceline", {}).status, 2);
  EXPECT_EQ(RunProgram("paceline", {"fly"}).status, 2);
  EXPECT_EQ(RunProgram("paceline", {"hash"}).status, 2);
  EXPECT_EQ(RunProgram("paceline", {"list", "--coordinator", "nowhere"}).status, 2);
}

class ClientProgramWithCoordinatorTest : public ::testing::Test {
 protected:
  ClientProgramWithCoordinatorTest()
      : coordinator_("paceline-coordinator",
                     {"--data", folder_.path() + "/data", "--listen", "127.0.0.1:0"}) {
    EXPECT_TRUE(coordinator_.WaitForOutput("ready on"));
    address_ = ReadFile(folder_.path() + "/data/address").value_or("\n");
    address_.pop_back();
  }

  Finished Paceline(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--coordinator", address_});
    return RunProgram("paceline", arguments);
  }
  std::string Write(const std::string& text) {
    const std::string path = folder_.path() + "/config.yaml";
    std::ofstream(path) << text;
    return path;
  }

  TemporaryFolder folder_;
  Process coordinator_;
  std::string address_;
};

TEST_F(ClientProgramWithCoordinatorTest, AConfigsFaultsAreAllListedWithTheirPlaces) {
  const std::string path = Write(std::string(kConfig) + "sed: 4\ncheckpoint_every: 0\n");
  const Finished submitted = Paceline({"submit", path});
  ExpectComplaint(submitted, 2, path + ":9:1: ", 4);
  EXPECT_THAT(submitted.err, ::testing::HasSubstr("seed"));
  EXPECT_THAT(submitted.err, ::testing::HasSubstr(path + ":10:"));
}

TEST_F(ClientProgramWithCoordinatorTest, AMissingConfigIsNotFound) {
  ExpectComplaint(Paceline({"submit", "/no/such/file.yaml"}), 4, "/no/such/file.yaml");
}

TEST_F(ClientProgramWithCoordinatorTest, AnUnknownJobIsNotFound) {
  for (const char* command : {"show", "watch", "pause", "resume", "cancel", "hash"}) {
    ExpectComplaint(Paceline({command, "ghost"}), 4, "ghost");
  }
}

TEST_F(ClientProgramWithCoordinatorTest, AJobWaitsForWorkersAndMayBeCancelled) {
  const Finished submitted = Paceline({"submit", Write(kConfig)});
  EXPECT_EQ(submitted.status, 0) << submitted.err;
  EXPECT_THAT(submitted.out, ::testing::EndsWith("tiny\n"));
  EXPECT_EQ(Paceline({"cancel", "tiny"}).status, 0);
  EXPECT_EQ(Paceline({"watch", "tiny"}).status, 5);
}

}  // namespace
}  // namespace paceline
