// A disk that is really full: a small file system in memory, in a mount namespace of the
// coordinator.
#include <filesystem>
#include <fstream>

#include "common/base/file.h"
#include "common/rpc/first_words.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_cluster.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class DiskFullTest : public ::testing::Test {
 protected:
  // Of a coordinator that sees a file system of 8 MB at its data folder.
  bool StartOnSmallDisk() {
    std::filesystem::create_directories(cluster_.data());
    return cluster_.StartCoordinator({}, R"(unshare --mount --propagation private sh -c '
        mount -t tmpfs -o size=8m none "$2" && exec "$0" "$@" --http 127.0.0.1:0')");
  }
  // The folder as the coordinator sees it.
  std::string Inside() {
    return "/proc/" + std::to_string(cluster_.coordinator().pid()) + "/root" + cluster_.data();
  }
  void Fill() {
    std::ofstream filler(Inside() + "/filler", std::ios::binary);
    const std::string block(1024, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  // What is said there of how it is.
  std::string Health(const std::string& path) {
    const std::string said = cluster_.coordinator().standard_output(), words = "health at http://";
    const size_t begin = said.find(words) + words.size();
    const auto address = ParseAddress(said.substr(begin, said.find('/', begin) - begin));
    EXPECT_TRUE(address.ok()) << said;
    if (!address.ok()) return "";
    return FirstWords(*address, "GET " + path + " HTTP/1.0\r\n\r\n").value_or("");
  }
  std::string List() {
    const std::string address = ReadFile(Inside() + "/address").value_or("\n");
    return RunProgram("paceline", {"list", "--coordinator", address.substr(0, address.size() - 1)})
        .out;
  }

  FaultCluster cluster_{150};
};

TEST_F(DiskFullTest, TheJobPausesSaysWhyAndGoesOnByItself) {
  int calls = 0;
  const std::string digest = cluster_.Undisturbed(&calls);
  cluster_.NewFolder();
  if (!StartOnSmallDisk())
    GTEST_SKIP() << "no mount namespaces here: " << cluster_.coordinator().output();
  ASSERT_GE(cluster_.Run(5).step(), 5);
  EXPECT_THAT(Health("/healthz"), HasSubstr("200 OK"));
  Fill();
  EXPECT_TRUE(WaitUntil([&] {
    return List().find("waits for room on the disk") != std::string::npos;
  })) << List()
      << cluster_.coordinator().output();
  EXPECT_TRUE(cluster_.coordinator().running());
  const std::string waiting = List();
  EXPECT_THAT(waiting, HasSubstr("running"));
  EXPECT_THAT(waiting, HasSubstr("free some space"));
  EXPECT_TRUE(WaitUntil([&] { return Health("/healthz").find(" 503 ") != std::string::npos; }));
  EXPECT_THAT(Health("/healthz"), HasSubstr(R"("reason":"waits for room on the disk: )"));
  EXPECT_THAT(Health("/readyz"), HasSubstr("200 OK")) << "it answers, and can be listed";
  std::filesystem::remove(Inside() + "/filler");
  const v1::JobSummary summary = cluster_.Run();
  EXPECT_EQ(summary.state(), v1::JOB_STATE_SUCCEEDED) << summary.DebugString();
  EXPECT_EQ(cluster_.Digest(), digest);
  EXPECT_TRUE(WaitUntil([&] { return Health("/healthz").find(" 200 ") != std::string::npos; }));
  EXPECT_THAT(Health("/healthz"), HasSubstr(R"({"status":"ok"})"));
  EXPECT_THAT(cluster_.coordinator().output(), HasSubstr("goes on: there was no room on the disk"));
  std::ifstream log(Inside() + "/jobs/faulty/log.jsonl");
  int lines = 0;
  for (std::string line; std::getline(log, line);) ++lines;
  EXPECT_EQ(lines, 150);
}

TEST_F(DiskFullTest, ACoordinatorThatIsKilledWhileTheDiskIsFullLosesNothing) {
  int calls = 0;
  const std::string digest = cluster_.Undisturbed(&calls);
  cluster_.NewFolder();
  if (!StartOnSmallDisk())
    GTEST_SKIP() << "no mount namespaces here: " << cluster_.coordinator().output();
  ASSERT_GE(cluster_.Run(5).step(), 5);
  Fill();
  ASSERT_TRUE(
      WaitUntil([&] { return List().find("waits for room on the disk") != std::string::npos; }));
  const int64_t acknowledged = cluster_.Acknowledged();
  // The file system goes with the process, its content is taken first.
  std::filesystem::remove(Inside() + "/filler");
  const std::string copy = cluster_.data() + "-copy";
  cluster_.coordinator().Signal(SIGSTOP);
  std::filesystem::copy(Inside(), copy, std::filesystem::copy_options::recursive);
  cluster_.coordinator().Signal(SIGKILL);
  cluster_.coordinator().Wait();
  std::filesystem::remove_all(cluster_.data());
  std::filesystem::rename(copy, cluster_.data());
  ASSERT_TRUE(cluster_.StartCoordinator()) << cluster_.coordinator().output();
  EXPECT_EQ(cluster_.Run().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_GE(cluster_.first_step(), acknowledged);
  EXPECT_EQ(cluster_.Digest(), digest);
}

}  // namespace
}  // namespace paceline
