// A store that lost what it has acknowledged, or holds something else.
#include <filesystem>

#include "SQLiteCpp/SQLiteCpp.h"
#include "common/base/file.h"
#include "coordinator/store/sqlite_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/testing/store_files.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SqliteLossTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Open();
    for (const char* name : {"a", "b"}) ASSERT_TRUE(store_->AddJob(Job(name)).ok());
    Commit("a", 1, 3);
  }

  static JobRow Job(const std::string& name) {
    JobRow job;
    job.name = name;
    job.config.set_seed(7);
    job.config.set_aggregation(v1::AGGREGATION_STRICT);
    job.source_yaml = "seed: 7";
    job.request_id = "id-" + name;
    job.message = "none yet";
    job.fingerprint = "cpu";
    job.submitted_ms = 5;
    return job;
  }
  static StepRow Step(int64_t step) {
    StepRow row;
    row.step = step;
    row.theta_hash = 1000 + static_cast<uint64_t>(step);
    row.particles.assign(8, {0.5 * static_cast<double>(step), -1, 3, step % 2 == 0});
    row.record.set_step(step);
    row.record.set_inner_steps(10);
    row.record.set_mean_loss(0.25);
    return row;
  }
  void Commit(const std::string& job, int64_t first, int64_t last) {
    for (int64_t step = first; step <= last; ++step) {
      ASSERT_TRUE(store_->CommitStep(job, Step(step)).ok()) << step;
    }
  }
  void Open(bool accept_loss = false) {
    store_.reset();
    auto store = SqliteStore::Open(path_, {.accept_loss = accept_loss});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  // Why the copy at that path is refused; "" if it is not.
  static std::string Refusal(const std::string& path) {
    const auto store = SqliteStore::Open(path);
    return store.ok() ? "" : std::string(store.status().message());
  }
  std::string Told() const {
    std::string text;
    for (const auto& loss : store_->losses()) text += loss.job + ": " + loss.text + "\n";
    return text;
  }
  void Execute(const std::string& sql) {
    SQLite::Database db(path_, SQLite::OPEN_READWRITE);
    ASSERT_EQ(db.exec(sql), 1) << sql;
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/coordinator.db";
  const std::string copy_ = folder_.path() + "/copy.db";
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(SqliteLossTest, NothingIsToldOfAStoreThatLacksNothing) {
  Open();
  EXPECT_THAT(store_->losses(), IsEmpty());
  EXPECT_EQ(store_->Totals("a")->steps, 3);
  Commit("a", 4, 5);
  CopyStore(path_, copy_);
  EXPECT_EQ(Refusal(copy_), "");
}

TEST_F(SqliteLossTest, EveryColumnOfAJobIsBelievedOnlyByItsDigest) {
  const char* const changes[] = {
      "name = 'c'",          "config = x'0801'",  "source_yaml = 'seed: 8'",
      "request_id = 'id-c'", "state = state + 1", "message = 'other'",
      "fingerprint = 'gpu'", "submitted_ms = 6",  "started_ms = 1",
      "ended_ms = 1",        "birth = 'x'",       "digest = 'x'",
      "state = state + 64"};
  for (const char* change : changes) {
    Execute(std::string("UPDATE jobs SET ") + change + " WHERE name = 'b'");
    EXPECT_TRUE(absl::IsDataLoss(store_->Jobs().status())) << change;
    CopyStore(path_, copy_);
    EXPECT_THAT(Refusal(copy_), HasSubstr("is damaged")) << change;
    for (const std::string& file : StoreFilesOf(path_)) std::filesystem::remove(file);
    SetUp();
  }
}

TEST_F(SqliteLossTest, EveryColumnOfAStepIsBelievedOnlyByItsDigest) {
  const char* const changes[] = {"theta_hash = 1",
                                 "total_inner_steps = 1",
                                 "total_diverged = 1000",
                                 "scalars = substr(scalars, 1, length(scalars) - 1) || x'55'",
                                 "record = x''",
                                 "digest = 'x'",
                                 "step = 9",
                                 "job = 2"};
  for (const char* change : changes) {
    Execute(std::string("UPDATE steps SET ") + change + " WHERE job = 1 AND step = 2");
    const auto rows = store_->Steps("a", 0, 10);
    EXPECT_TRUE(absl::IsDataLoss(rows.status())) << change;
    EXPECT_THAT(std::string(rows.status().message()), HasSubstr("outer step")) << change;
    EXPECT_TRUE(absl::IsDataLoss(store_->Records("a", 0, 10).status())) << change;
    for (const std::string& file : StoreFilesOf(path_)) std::filesystem::remove(file);
    SetUp();
  }
}

TEST_F(SqliteLossTest, ADamagedNewestStepIsRefusedAtOpening) {
  Execute("UPDATE steps SET theta_hash = 1 WHERE job = 1 AND step = 3");
  store_.reset();
  EXPECT_THAT(Refusal(path_), HasSubstr("job a: outer step 3 is damaged"));
  EXPECT_THAT(Refusal(path_), HasSubstr("--accept-loss"));
  Open(true);
  EXPECT_THAT(Told(), HasSubstr("a: outer step 3 is damaged and given up"));
  EXPECT_EQ(store_->Totals("a")->steps, 2);
  Commit("a", 3, 4);
}

TEST_F(SqliteLossTest, ADamagedRowOfACheckpointCostsTheCheckpoint) {
  for (const char* change :
       {"theta_sha256 = 't'", "state_sha256 = 't'", "marked = 1", "step = 9"}) {
    ASSERT_TRUE(store_->AddCheckpoint("a", {2, "theta", "state"}).ok());
    Execute(std::string("UPDATE checkpoints SET ") + change);
    const auto rows = store_->Checkpoints("a");
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_EQ(rows->front().theta_sha256, "damaged") << change;
    ASSERT_TRUE(store_->RemoveCheckpoints("a", {2, 9}).ok());
  }
}

TEST_F(SqliteLossTest, AnEmptiedDatabaseIsRefusedAndToldWhenAccepted) {
  store_.reset();
  std::filesystem::resize_file(path_, 0);
  EXPECT_THAT(Refusal(path_), HasSubstr("job a with 3 outer steps is missing"));
  EXPECT_THAT(Refusal(path_), HasSubstr("job b with 0 outer steps is missing"));
  Open(true);
  EXPECT_THAT(Told(), HasSubstr("job a with 3 outer steps is missing; given up"));
  EXPECT_TRUE(store_->Jobs()->empty());
  ASSERT_TRUE(store_->AddJob(Job("a")).ok());
  Open();
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(SqliteLossTest, AnOlderDatabaseGoesOnAndSaysWhatIsComputedAgain) {
  store_.reset();
  const std::string old = *ReadFile(path_);
  Open();
  Commit("a", 4, 6);
  store_.reset();
  ASSERT_TRUE(WriteFileAtomically(path_, old).ok());
  Open();
  EXPECT_EQ(
      Told(),
      "a: the store ends with outer step 3, and 3 outer steps up to 6 were acknowledged; they "
      "are computed again, and θ must come out the same\n");
  Commit("a", 4, 4);
  Open();
  EXPECT_THAT(Told(), IsEmpty()) << "told twice";
  Commit("a", 5, 5);
  StepRow other = Step(6);
  other.theta_hash = 5;
  const absl::Status status = store_->CommitStep("a", other);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("θ after outer step 6 was acknowledged"));
  Commit("a", 6, 7);
}

TEST_F(SqliteLossTest, ALostRequestOfAPersonIsRefused) {
  store_.reset();
  const std::string old = *ReadFile(path_);
  Open();
  JobRow job = Job("b");
  job.state = v1::JOB_STATE_CANCELLED;
  ASSERT_TRUE(store_->UpdateJob(job).ok());
  store_.reset();
  ASSERT_TRUE(WriteFileAtomically(path_, old).ok());
  EXPECT_THAT(Refusal(path_), HasSubstr("job b was cancelled and is queued in the database"));
}

TEST_F(SqliteLossTest, AMissingAnchorIsRefused) {
  store_.reset();
  for (const char* file : {"-anchor0", "-anchor1"}) std::filesystem::remove(path_ + file);
  EXPECT_THAT(Refusal(path_), HasSubstr("its anchor is missing"));
  Open(true);
  EXPECT_THAT(Told(), HasSubstr("taken without its anchor"));
  Open();
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(SqliteLossTest, ADamagedJobIsRemovedWhenAcceptedAndOthersStay) {
  Execute("UPDATE jobs SET config = x'0801' WHERE name = 'a'");
  store_.reset();
  EXPECT_THAT(Refusal(path_), HasSubstr("the row of job a is damaged"));
  Open(true);
  EXPECT_THAT(Told(), HasSubstr("the row of job a is damaged; the job is removed"));
  ASSERT_EQ(store_->Jobs()->size(), 1u);
  EXPECT_EQ(store_->Jobs()->front().name, "b");
}

TEST_F(SqliteLossTest, WhatIsRefusedStaysAsItIs) {
  CopyStore(path_, copy_);
  for (const char* file : {"-anchor0", "-anchor1"}) std::filesystem::remove(copy_ + file);
  const std::string log = *ReadFile(copy_ + "-wal"), database = *ReadFile(copy_);
  ASSERT_GT(log.size(), 0u);
  EXPECT_NE(Refusal(copy_), "");
  EXPECT_TRUE(*ReadFile(copy_ + "-wal") == log);
  EXPECT_TRUE(*ReadFile(copy_) == database);
  EXPECT_TRUE(absl::IsNotFound(ReadFile(copy_ + "-anchor0").status()));
}

TEST_F(SqliteLossTest, WhoHasBeenTakenOverChangesNothingMore) {
  ASSERT_EQ(*store_->NextIncarnation(), 1u);
  Commit("a", 4, 4);
  auto second = SqliteStore::Open(path_);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(*(*second)->NextIncarnation(), 2u);
  const absl::Status refused[] = {
      store_->CommitStep("a", Step(5)),
      store_->UpdateJob(Job("a")),
      store_->AddJob(Job("c")),
      store_->DeleteJob("b"),
      store_->AddEvent("a", 1, "text"),
      store_->AddCheckpoint("a", {2, "t", "s"}),
      store_->RemoveCheckpoints("a", {2}),
  };
  for (const absl::Status& status : refused) {
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("another coordinator has taken this data folder over (start 2, this one "
                          "was start 1)"));
  }
  store_.reset();
  EXPECT_TRUE((*second)->CommitStep("a", Step(5)).ok());
  second->reset();
  Open();
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_EQ(store_->Totals("a")->steps, 5);
}

}  // namespace
}  // namespace paceline
