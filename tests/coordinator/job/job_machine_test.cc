#include "coordinator/job/job_machine.h"

#include <functional>
#include <map>
#include <string>

#include "common/text/job_state.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

constexpr v1::JobState kStates[] = {v1::JOB_STATE_QUEUED, v1::JOB_STATE_RUNNING,
                                    v1::JOB_STATE_PAUSED, v1::JOB_STATE_SUCCEEDED,
                                    v1::JOB_STATE_FAILED, v1::JOB_STATE_CANCELLED};

struct Verb {
  std::string name;
  std::function<absl::Status(JobMachine&)> call;
  std::map<v1::JobState, v1::JobState> edges;
};

const Verb kVerbs[] = {
    {"Start",
     [](JobMachine& job) { return job.Start(10); },
     {{v1::JOB_STATE_QUEUED, v1::JOB_STATE_RUNNING}}},
    {"SetAside",
     [](JobMachine& job) { return job.SetAside("why"); },
     {{v1::JOB_STATE_RUNNING, v1::JOB_STATE_QUEUED}}},
    {"Pause",
     [](JobMachine& job) { return job.Pause(); },
     {{v1::JOB_STATE_QUEUED, v1::JOB_STATE_PAUSED}, {v1::JOB_STATE_RUNNING, v1::JOB_STATE_PAUSED}}},
    {"Resume",
     [](JobMachine& job) { return job.Resume(); },
     {{v1::JOB_STATE_PAUSED, v1::JOB_STATE_QUEUED}}},
    {"Succeed",
     [](JobMachine& job) { return job.Succeed(20); },
     {{v1::JOB_STATE_RUNNING, v1::JOB_STATE_SUCCEEDED}}},
    {"Fail",
     [](JobMachine& job) { return job.Fail(20, "why"); },
     {{v1::JOB_STATE_QUEUED, v1::JOB_STATE_FAILED}, {v1::JOB_STATE_RUNNING, v1::JOB_STATE_FAILED}}},
    {"Cancel",
     [](JobMachine& job) { return job.Cancel(20); },
     {{v1::JOB_STATE_QUEUED, v1::JOB_STATE_CANCELLED},
      {v1::JOB_STATE_RUNNING, v1::JOB_STATE_CANCELLED},
      {v1::JOB_STATE_PAUSED, v1::JOB_STATE_CANCELLED}}},
};

JobMachine InState(v1::JobState state) {
  JobRow row;
  row.name = "j";
  row.state = state;
  return JobMachine(row);
}

TEST(JobMachineTest, TakesTheLegalEdgesAndNoOthers) {
  for (const Verb& verb : kVerbs) {
    for (v1::JobState state : kStates) {
      SCOPED_TRACE(verb.name + " from " + StateWord(state));
      JobMachine job = InState(state);
      const absl::Status status = verb.call(job);
      const auto edge = verb.edges.find(state);
      if (edge != verb.edges.end()) {
        EXPECT_TRUE(status.ok()) << status;
        EXPECT_EQ(job.state(), edge->second);
      } else {
        EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
        EXPECT_THAT(std::string(status.message()), testing::HasSubstr("is " + StateWord(state)));
        EXPECT_EQ(job.state(), state);
      }
    }
  }
}

TEST(JobMachineTest, KeepsTheTimeOfItsFirstStartAndOfItsEnd) {
  JobMachine job = InState(v1::JOB_STATE_QUEUED);
  ASSERT_TRUE(job.Start(10).ok());
  ASSERT_TRUE(job.Pause().ok());
  ASSERT_TRUE(job.Resume().ok());
  ASSERT_TRUE(job.Start(30).ok());
  EXPECT_EQ(job.row().started_ms, 10);
  ASSERT_TRUE(job.Fail(40, "why").ok());
  EXPECT_EQ(job.row().ended_ms, 40);
  EXPECT_EQ(job.row().message, "why");
  EXPECT_TRUE(job.ended());
}

TEST(JobMachineTest, AJobThatIsSetAsideSaysWhyUntilItRunsAgain) {
  JobMachine job = InState(v1::JOB_STATE_RUNNING);
  ASSERT_TRUE(job.SetAside("nobody is here").ok());
  EXPECT_EQ(job.row().message, "nobody is here");
  ASSERT_TRUE(job.Start(10).ok());
  EXPECT_EQ(job.row().message, "");
}

TEST(JobMachineTest, AResumedJobNoLongerSaysThatItIsPaused) {
  JobMachine job = InState(v1::JOB_STATE_QUEUED);
  ASSERT_TRUE(job.Pause().ok());
  EXPECT_NE(job.row().message, "");
  ASSERT_TRUE(job.Resume().ok());
  EXPECT_EQ(job.row().message, "");
}

}  // namespace
}  // namespace paceline
