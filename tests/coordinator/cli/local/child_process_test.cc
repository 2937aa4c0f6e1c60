#include "coordinator/cli/local/child_process.h"

#include <csignal>
#include <cstdio>

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Optional;
using testing::StrEq;

class ChildProcessTest : public testing::Test {
 protected:
  ChildProcessTest() { std::remove(log_.c_str()); }
  ~ChildProcessTest() override { std::remove(log_.c_str()); }

  ChildProcess Start(const std::string& script) {
    auto child = ChildProcess::Start({"/bin/sh", "-c", script}, log_);
    EXPECT_TRUE(child.ok()) << child.status();
    return *std::move(child);
  }
  static bool Exists(pid_t pid) { return kill(pid, 0) == 0; }

  const std::string log_ = testing::TempDir() + "child_" +
                           testing::UnitTest::GetInstance()->current_test_info()->name() + ".log";
};

TEST_F(ChildProcessTest, OutputGoesToTheLog) {
  ChildProcess child = Start("echo out; echo err >&2; exit 3");
  EXPECT_THAT(child.WaitForEnd(seconds(10)), Optional(StrEq("exited with status 3")));
  const auto log = ReadFile(log_);
  ASSERT_TRUE(log.ok());
  EXPECT_THAT(*log, HasSubstr("out\nerr\n"));
}

TEST_F(ChildProcessTest, ARunningChildHasNotEnded) {
  ChildProcess child = Start("exec sleep 60");
  EXPECT_EQ(child.WaitForEnd(milliseconds(0)), std::nullopt);
}

TEST_F(ChildProcessTest, ItEndsWhenAskedTo) {
  ChildProcess child = Start("exec sleep 60");
  child.Stop(seconds(10));
  EXPECT_THAT(child.WaitForEnd(milliseconds(0)), Optional(StrEq("was killed by signal 15")));
}

TEST_F(ChildProcessTest, ItIsKilledIfItDoesNotListen) {
  ChildProcess child = Start("trap '' TERM; echo ready; while :; do sleep 60; done");
  while (ReadFile(log_).value_or("").find("ready") == std::string::npos) {
    ASSERT_EQ(child.WaitForEnd(milliseconds(5)), std::nullopt);
  }
  child.Stop(milliseconds(50));
  EXPECT_THAT(child.WaitForEnd(milliseconds(0)), Optional(StrEq("was killed by signal 9")));
}

TEST_F(ChildProcessTest, ItDoesNotOutliveItsHandle) {
  pid_t pid = 0;
  {
    ChildProcess child = Start("exec sleep 60");
    pid = child.pid();
    EXPECT_TRUE(Exists(pid));
  }
  EXPECT_FALSE(Exists(pid));
}

TEST_F(ChildProcessTest, AProgramThatIsNotThereIsAnErrorThatNamesIt) {
  const auto child = ChildProcess::Start({"/nowhere/program"}, log_);
  ASSERT_FALSE(child.ok());
  EXPECT_THAT(std::string(child.status().message()), HasSubstr("/nowhere/program"));
}

}  // namespace
}  // namespace paceline
