// `paceline local` and `paceline eval` as a user runs them, with the real programs of
// $PACELINE_BIN.
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/base/file.h"
#include "coordinator/cli/local/child_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Optional;
using testing::StrEq;

constexpr char kConfig[] = R"(
name: tiny
optimizer: {learnable_sgd: {learning_rate: 0.05}}
tasks:
  - quadratic: {dimension: 4}
episode: {constant: {steps: 8}}
estimator: {pes: {window: 4}, particles: 4, block: 2}
outer: {steps: 3, optimizer: {sgd: {learning_rate: 0.01}}}
)";

class LocalTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* bin = std::getenv("PACELINE_BIN");
    if (bin == nullptr)
      GTEST_SKIP() << "NOT TESTED: PACELINE_BIN does not say where the programs are";
    program_ = std::string(bin) + "/paceline";
    folder_ = testing::TempDir() + "local_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ + "/tiny.yaml") << kConfig;
    // Grandchildren whose parent dies become ours to wait for.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  std::string data() const { return folder_ + "/data"; }
  std::string Output() const { return ReadFile(folder_ + "/output").value_or(""); }
  ChildProcess Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program_);
    auto child = ChildProcess::Start(arguments, folder_ + "/output");
    EXPECT_TRUE(child.ok()) << child.status();
    return *std::move(child);
  }
  ChildProcess StartLocal(const std::string& outer_steps) {
    return Start({"local", folder_ + "/tiny.yaml", "--data", data(), "--workers", "2",
                  "--threads-per-worker", "1", "--set", "outer.steps=" + outer_steps});
  }
  // Until the job has done an outer step.
  void AwaitFirstStep(ChildProcess& local) {
    while (ReadFile(data() + "/jobs/tiny/log.jsonl").value_or("").empty()) {
      ASSERT_EQ(local.WaitForEnd(milliseconds(5)), std::nullopt) << Output();
    }
  }
  static bool HasChildren() { return waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

  std::string program_;
  std::string folder_;
};

TEST_F(LocalTest, TrainsExportsAndLeavesNothingRunning) {
  ChildProcess local = StartLocal("3");
  EXPECT_THAT(local.WaitForEnd(seconds(60)), Optional(StrEq("exited with status 0"))) << Output();
  EXPECT_THAT(Output(), HasSubstr("tiny: succeeded, outer step 3 of 3 (100 %)"));
  EXPECT_THAT(Output(), HasSubstr(data() + "/tiny.safetensors"));
  const std::string log = ReadFile(data() + "/jobs/tiny/log.jsonl").value_or("");
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 3);
  EXPECT_FALSE(HasChildren());
}

TEST_F(LocalTest, SaysWhatItTakesAndRefusesWhatDoesNotFit) {
  ChildProcess fits = StartLocal("1");
  EXPECT_THAT(fits.WaitForEnd(seconds(60)), Optional(StrEq("exited with status 0"))) << Output();
  EXPECT_THAT(Output(), HasSubstr("memory: "));
  EXPECT_THAT(Output(), HasSubstr("a block of 2"));
  ChildProcess refused = Start({"local", folder_ + "/tiny.yaml", "--data", folder_ + "/unused",
                                "--memory", "400M", "--set", "estimator.particles=100000", "--set",
                                "tasks=[{quadratic: {dimension: 10000}}]"});
  EXPECT_THAT(refused.WaitForEnd(seconds(60)), Optional(StrEq("exited with status 1")));
  EXPECT_THAT(Output(), HasSubstr("the job does not fit: its 50000 blocks of 2 take"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/unused")) << "there was work before";
}

TEST_F(LocalTest, WhatItExportsCanBeEvaluated) {
  ChildProcess local = StartLocal("1");
  ASSERT_THAT(local.WaitForEnd(seconds(60)), Optional(StrEq("exited with status 0"))) << Output();
  ChildProcess eval = Start({"eval", data() + "/tiny.safetensors", "--output", folder_ + "/eval",
                             "--trials", "3", "--keep-nothing"});
  EXPECT_THAT(eval.WaitForEnd(seconds(60)), Optional(StrEq("exited with status 0"))) << Output();
  EXPECT_THAT(Output(), HasSubstr("Unseen initial weights"));
  const auto report = nlohmann::json::parse(ReadFile(folder_ + "/eval/report.json").value_or(""),
                                            nullptr, /*allow_exceptions=*/false);
  EXPECT_EQ(report["cases"].size(), 4u) << report.dump().substr(0, 500);
}

TEST_F(LocalTest, AnInterruptCancelsTheJobInGoodOrder) {
  ChildProcess local = StartLocal("100000000");
  AwaitFirstStep(local);
  local.Signal(SIGINT);
  EXPECT_THAT(local.WaitForEnd(seconds(60)), Optional(StrEq("exited with status 130"))) << Output();
  EXPECT_THAT(Output(), HasSubstr("tiny: cancelled"));
  EXPECT_TRUE(std::filesystem::exists(data() + "/tiny.safetensors"));
  EXPECT_FALSE(HasChildren());
}

TEST_F(LocalTest, ItsProgramsDoNotOutliveIt) {
  {
    ChildProcess local = StartLocal("100000000");
    AwaitFirstStep(local);
    local.Signal(SIGKILL);
    EXPECT_THAT(local.WaitForEnd(seconds(60)), Optional(StrEq("was killed by signal 9")));
  }
  int ended = 0;
  for (int status = 0; waitpid(-1, &status, 0) > 0; ++ended) {
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  }
  EXPECT_EQ(ended, 3);
}

}  // namespace
}  // namespace paceline
