#include "coordinator/job/job_book.h"

#include "coordinator/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

const auto kAnyone = [](const JobEntry&) { return true; };

class JobBookTest : public ::testing::Test {
 protected:
  JobBookTest() : book_(*JobBook::Load(store_, clock_)) {}

  v1::SubmitRequest Request(const std::string& name, const std::string& id = "") {
    v1::SubmitRequest request;
    request.mutable_config()->set_name(name);
    request.mutable_config()->mutable_outer()->set_steps(5);
    request.set_request_id(id);
    return request;
  }
  std::string Submit(const std::string& name) { return *book_.Submit(Request(name)); }
  void Start(const std::string& job) {
    ASSERT_TRUE(
        book_.Change(**book_.Find(job), [](JobMachine& machine) { return machine.Start(1); }).ok());
  }
  void Pause(const std::string& job) {
    ASSERT_TRUE(
        book_.Change(**book_.Find(job), [](JobMachine& machine) { return machine.Pause(); }).ok());
  }

  FakeClock clock_;
  MemoryStore store_;
  JobBook book_;
};

TEST_F(JobBookTest, ANameThatIsTakenGetsANumber) {
  EXPECT_EQ(Submit("a"), "a");
  EXPECT_EQ(Submit("a"), "a-2");
  EXPECT_EQ(Submit("a-2"), "a-2-2");
  EXPECT_EQ(Submit("a"), "a-3");
}

TEST_F(JobBookTest, ANumberedNameIsAsShortAsANameMustBe) {
  const std::string longest = std::string(60, 'x') + "-yz";
  EXPECT_EQ(Submit(longest), longest);
  const std::string second = Submit(longest);
  EXPECT_EQ(second, std::string(60, 'x') + "-2");
}

TEST_F(JobBookTest, ARetriedSubmissionGivesTheSameJob) {
  EXPECT_EQ(*book_.Submit(Request("a", "id")), "a");
  EXPECT_EQ(*book_.Submit(Request("a", "id")), "a");
  EXPECT_EQ(book_.entries().size(), 1u);
  EXPECT_EQ(*book_.Submit(Request("a", "id2")), "a-2");
}

TEST_F(JobBookTest, ARequestIdStandsForOneConfig) {
  EXPECT_EQ(*book_.Submit(Request("a", "id")), "a");
  EXPECT_TRUE(absl::IsAlreadyExists(book_.Submit(Request("b", "id")).status()));
}

TEST_F(JobBookTest, JobsRunInTheOrderOfSubmission) {
  EXPECT_EQ(book_.RunningOrNext(kAnyone), nullptr);
  Submit("a");
  Submit("b");
  EXPECT_EQ(book_.RunningOrNext(kAnyone)->row().name, "a");
}

TEST_F(JobBookTest, TheHighestPriorityBeginsFirstAndEqualOnesInTheOrderOfSubmission) {
  for (const char* job : {"a", "b", "c", "d"}) Submit(job);
  const auto set = [this](const std::string& job, int32_t priority) {
    return book_.Change(**book_.Find(job),
                        [priority](JobMachine& machine) { return machine.SetPriority(priority); });
  };
  ASSERT_TRUE(set("c", 5).ok());
  ASSERT_TRUE(set("d", 5).ok());
  ASSERT_TRUE(set("a", -1).ok());
  std::string order;
  while (JobEntry* next = book_.RunningOrNext(kAnyone)) {
    order += next->row().name;
    Pause(next->row().name);
  }
  EXPECT_EQ(order, "cdba");
}

TEST_F(JobBookTest, AJobAtWorkIsNotInterruptedByAHigherPriority) {
  Submit("a");
  Submit("b");
  Start("a");
  ASSERT_TRUE(
      book_.Change(**book_.Find("b"), [](JobMachine& machine) { return machine.SetPriority(1000); })
          .ok());
  EXPECT_EQ(book_.RunningOrNext(kAnyone)->row().name, "a");
}

TEST_F(JobBookTest, SubmitterAndPriorityAreKept) {
  v1::SubmitRequest request = Request("a", "id");
  request.set_priority(7);
  EXPECT_EQ(*book_.Submit(request, "alice"), "a");
  EXPECT_EQ(*book_.Submit(request, "alice"), "a");
  EXPECT_TRUE(absl::IsAlreadyExists(book_.Submit(request, "bob").status()));
  const JobBook again = *JobBook::Load(store_, clock_);
  EXPECT_EQ(again.entries().front()->row().submitter, "alice");
  EXPECT_EQ(again.entries().front()->row().priority, 7);
  EXPECT_EQ(Summarize(*again.entries().front()).submitter(), "alice");
}

TEST_F(JobBookTest, AnEndedJobHasNoPriorityToSet) {
  Submit("a");
  JobEntry& entry = **book_.Find("a");
  ASSERT_TRUE(book_.Change(entry, [](JobMachine& machine) { return machine.Cancel(1); }).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(
      book_.Change(entry, [](JobMachine& machine) { return machine.SetPriority(1); })));
}

TEST_F(JobBookTest, APausedJobKeepsItsPlace) {
  Submit("a");
  Submit("b");
  Submit("c");
  Pause("a");
  EXPECT_EQ(book_.RunningOrNext(kAnyone)->row().name, "b");
  Start("b");
  ASSERT_TRUE(
      book_.Change(**book_.Find("a"), [](JobMachine& machine) { return machine.Resume(); }).ok());
  EXPECT_EQ(book_.RunningOrNext(kAnyone)->row().name, "b")
      << "a resumed job pushed a running one aside";
  Pause("b");
  EXPECT_EQ(book_.RunningOrNext(kAnyone)->row().name, "a");
}

TEST_F(JobBookTest, AnUnknownJobIsNotFoundAndSaysWhereToLook) {
  const auto entry = book_.Find("x");
  EXPECT_TRUE(absl::IsNotFound(entry.status()));
  EXPECT_THAT(std::string(entry.status().message()), testing::HasSubstr("paceline list"));
}

TEST_F(JobBookTest, IsTheSameAfterARestart) {
  Submit("a");
  Submit("b");
  Start("a");
  StepRow row;
  row.step = 1;
  row.record.set_step(1);
  row.record.set_mean_loss(0.25);
  ASSERT_TRUE(store_.CommitStep("a", row).ok());

  JobBook again = *JobBook::Load(store_, clock_);
  ASSERT_EQ(again.entries().size(), 2u);
  EXPECT_EQ(again.RunningOrNext(kAnyone)->row().name, "a");
  const v1::JobSummary summary = Summarize(**again.Find("a"));
  EXPECT_EQ(summary.state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(summary.step(), 1);
  EXPECT_EQ(summary.steps(), 5);
  EXPECT_EQ(summary.mean_loss(), 0.25);
  EXPECT_EQ(summary.started_unix_ms(), 1);
  EXPECT_FALSE(Summarize(**again.Find("b")).has_mean_loss());
}

TEST_F(JobBookTest, ARefusedEdgeReachesNeitherBookNorStore) {
  Submit("a");
  EXPECT_FALSE(
      book_.Change(**book_.Find("a"), [](JobMachine& machine) { return machine.Resume(); }).ok());
  EXPECT_EQ(store_.Jobs()->front().state, v1::JOB_STATE_QUEUED);
  EXPECT_EQ((*book_.Find("a"))->machine.state(), v1::JOB_STATE_QUEUED);
}

TEST_F(JobBookTest, AJobThatWasSetAsideWaitsForSomebodyWhoIsAble) {
  Submit("a");
  Submit("b");
  (*book_.Find("a"))->set_aside = true;
  const auto nobody = [](const JobEntry&) { return false; };
  EXPECT_EQ(book_.RunningOrNext(nobody)->row().name, "b");
  EXPECT_EQ(book_.RunningOrNext(kAnyone)->row().name, "a");
}

}  // namespace
}  // namespace paceline
