// What every kind of store promises.
#include "coordinator/store/store.h"

#include <functional>
#include <memory>

#include "coordinator/store/memory_store.h"
#include "coordinator/store/sqlite_store.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

class StoreTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (!GetParam()) {
      store_ = std::make_unique<MemoryStore>();
      return;
    }
    auto store = SqliteStore::Open(folder_.path() + "/coordinator.db");
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  JobRow Job(const std::string& name) {
    JobRow job;
    job.name = name;
    job.config.set_name(name);
    job.source_yaml = "name: " + name;
    job.request_id = "id-" + name;
    job.submitted_ms = 5;
    return job;
  }
  StepRow Step(int64_t step) {
    StepRow row;
    row.step = step;
    row.theta_hash = 0xffffffff00000000 + step;
    row.particles = {{0.5 * step, -1, 3, step % 2 == 0}};
    row.record.set_step(step);
    row.record.set_inner_steps(10);
    row.record.set_diverged(static_cast<uint32_t>(step % 2));
    return row;
  }
  void AddSteps(const std::string& job, int64_t count) {
    for (int64_t step = 1; step <= count; ++step) {
      ASSERT_TRUE(store_->CommitStep(job, Step(step)).ok());
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, StoreTest, ::testing::Values(false, true),
                         [](const auto& kind) { return kind.param ? "Sqlite" : "Memory"; });

TEST_P(StoreTest, IncarnationsRise) {
  EXPECT_EQ(*store_->NextIncarnation(), 1u);
  EXPECT_EQ(*store_->NextIncarnation(), 2u);
}

TEST_P(StoreTest, JobsComeInTheOrderOfSubmission) {
  ASSERT_TRUE(store_->AddJob(Job("z")).ok());
  ASSERT_TRUE(store_->AddJob(Job("a")).ok());
  const auto jobs = store_->Jobs();
  ASSERT_TRUE(jobs.ok()) << jobs.status();
  ASSERT_EQ(jobs->size(), 2u);
  EXPECT_EQ((*jobs)[0].name, "z");
  EXPECT_EQ((*jobs)[1].name, "a");
  EXPECT_EQ((*jobs)[1].source_yaml, "name: a");
  EXPECT_EQ((*jobs)[1].request_id, "id-a");
  EXPECT_EQ((*jobs)[1].config.name(), "a");
  EXPECT_EQ((*jobs)[1].submitted_ms, 5);
}

TEST_P(StoreTest, ANameIsTakenOnce) {
  ASSERT_TRUE(store_->AddJob(Job("a")).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(store_->AddJob(Job("a"))));
  EXPECT_EQ(store_->Jobs()->size(), 1u);
}

TEST_P(StoreTest, AnUpdateChangesWhatCanChange) {
  JobRow job = Job("a");
  ASSERT_TRUE(store_->AddJob(job).ok());
  job.state = v1::JOB_STATE_FAILED;
  job.message = "no";
  job.fingerprint = "cpu";
  job.started_ms = 6;
  job.ended_ms = 7;
  ASSERT_TRUE(store_->UpdateJob(job).ok());
  const JobRow back = store_->Jobs()->front();
  EXPECT_EQ(back.state, v1::JOB_STATE_FAILED);
  EXPECT_EQ(back.message, "no");
  EXPECT_EQ(back.fingerprint, "cpu");
  EXPECT_EQ(back.started_ms, 6);
  EXPECT_EQ(back.ended_ms, 7);
}

TEST_P(StoreTest, StepsAreReadBackInOrderAndInPortions) {
  ASSERT_TRUE(store_->AddJob(Job("a")).ok());
  AddSteps("a", 5);
  const auto rows = store_->Steps("a", 1, 3);
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 3u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ((*rows)[i].step, i + 2);
    EXPECT_EQ((*rows)[i].theta_hash, Step(i + 2).theta_hash);
    EXPECT_EQ((*rows)[i].particles, Step(i + 2).particles);
  }
  const auto records = store_->Records("a", 3, 10);
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 2u);
  EXPECT_EQ(records->front().step(), 4);
}

TEST_P(StoreTest, StepsAreCommittedOnceAndWithoutGaps) {
  ASSERT_TRUE(store_->AddJob(Job("a")).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(store_->CommitStep("a", Step(2))));
  AddSteps("a", 2);
  EXPECT_TRUE(absl::IsFailedPrecondition(store_->CommitStep("a", Step(2))));
  EXPECT_TRUE(absl::IsFailedPrecondition(store_->CommitStep("a", Step(4))));
  EXPECT_EQ(store_->Totals("a")->steps, 2);
}

TEST_P(StoreTest, TotalsSumUpTheRecords) {
  ASSERT_TRUE(store_->AddJob(Job("a")).ok());
  ASSERT_TRUE(store_->AddJob(Job("b")).ok());
  AddSteps("a", 5);
  AddSteps("b", 1);
  EXPECT_EQ(store_->Totals("a")->inner_steps, 50u);
  EXPECT_EQ(store_->Totals("a")->diverged, 3u);
}

TEST_P(StoreTest, EventsAreNumberedAndTheNewestAreKeptInSight) {
  ASSERT_TRUE(store_->AddJob(Job("a")).ok());
  ASSERT_TRUE(store_->AddJob(Job("b")).ok());
  for (const char* text : {"one", "two", "three"}) {
    ASSERT_TRUE(store_->AddEvent("a", 9, text).ok());
    ASSERT_TRUE(store_->AddEvent("b", 9, "other").ok());
  }
  const auto newest = store_->Events("a", 0, 2);
  ASSERT_TRUE(newest.ok()) << newest.status();
  ASSERT_EQ(newest->size(), 2u);
  EXPECT_EQ((*newest)[0].text, "two");
  EXPECT_EQ((*newest)[1].text, "three");
  EXPECT_TRUE(store_->Events("a", newest->back().id, 2)->empty());
}

TEST_P(StoreTest, CheckpointsComeNewestFirst) {
  ASSERT_TRUE(store_->AddJob(Job("a")).ok());
  ASSERT_TRUE(store_->AddCheckpoint("a", {50, "t", "s"}).ok());
  ASSERT_TRUE(store_->AddCheckpoint("a", {100, "t", "s"}).ok());
  ASSERT_TRUE(store_->AddCheckpoint("a", {50, "t2", "s2"}).ok());
  const auto rows = store_->Checkpoints("a");
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].step, 100);
  EXPECT_EQ((*rows)[1].theta_sha256, "t2");
  EXPECT_EQ((*rows)[1].state_sha256, "s2");
}

TEST_P(StoreTest, OfADeletedJobNothingIsLeftAndOthersKeepWhatTheyHave) {
  for (const char* job : {"a", "b"}) {
    ASSERT_TRUE(store_->AddJob(Job(job)).ok());
    AddSteps(job, 3);
    ASSERT_TRUE(store_->AddEvent(job, 9, "one").ok());
    ASSERT_TRUE(store_->AddCheckpoint(job, {2, "t", "s"}).ok());
  }
  ASSERT_TRUE(store_->DeleteJob("a").ok());
  EXPECT_TRUE(absl::IsNotFound(store_->Totals("a").status()));
  ASSERT_EQ(store_->Jobs()->size(), 1u);
  EXPECT_EQ(store_->Totals("b")->steps, 3);
  EXPECT_EQ(store_->Events("b", 0, 9)->size(), 1u);
  EXPECT_EQ(store_->Checkpoints("b")->size(), 1u);
  ASSERT_TRUE(store_->AddJob(Job("a")).ok()) << "the name is not free";
  EXPECT_EQ(store_->Totals("a")->steps, 0);
  EXPECT_TRUE(store_->Events("a", 0, 9)->empty());
  EXPECT_TRUE(store_->Checkpoints("a")->empty());
}

TEST_P(StoreTest, WhatIsAskedOfAnUnknownJobIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(store_->DeleteJob("x")));
  EXPECT_TRUE(absl::IsNotFound(store_->UpdateJob(Job("x"))));
  EXPECT_TRUE(absl::IsNotFound(store_->CommitStep("x", Step(1))));
  EXPECT_TRUE(absl::IsNotFound(store_->Steps("x", 0, 1).status()));
  EXPECT_TRUE(absl::IsNotFound(store_->Records("x", 0, 1).status()));
  EXPECT_TRUE(absl::IsNotFound(store_->Totals("x").status()));
  EXPECT_TRUE(absl::IsNotFound(store_->AddEvent("x", 0, "")));
  EXPECT_TRUE(absl::IsNotFound(store_->Events("x", 0, 1).status()));
  EXPECT_TRUE(absl::IsNotFound(store_->AddCheckpoint("x", {})));
  EXPECT_TRUE(absl::IsNotFound(store_->Checkpoints("x").status()));
}

}  // namespace
}  // namespace paceline
