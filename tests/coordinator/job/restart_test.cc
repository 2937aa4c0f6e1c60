// What is on the disk after a crash, and what a coordinator makes of it.
#include <filesystem>
#include <fstream>
#include <memory>

#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/lopt/layout.h"
#include "coordinator/job/replay.h"
#include "coordinator/store/checkpoint.h"
#include "coordinator/store/data_folder.h"
#include "coordinator/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_cluster.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A memory that lies or refuses where a test says so.
class SpoiledStore : public MemoryStore {
 public:
  absl::Status CommitStep(const std::string& job, const StepRow& row) override {
    if (row.step == fails_at) return failure;
    return MemoryStore::CommitStep(job, row);
  }
  absl::Status UpdateJob(const JobRow& job) override {
    if (update_fails) return failure;
    return MemoryStore::UpdateJob(job);
  }
  absl::StatusOr<std::vector<StepRow>> Steps(const std::string& job, int64_t after,
                                             int limit) override {
    auto rows = MemoryStore::Steps(job, after, limit);
    if (!rows.ok()) return rows;
    rows_read += std::ssize(*rows);
    for (StepRow& row : *rows) {
      if (row.step == altered_at) row.particles[0].sum_plus += 0.5;
    }
    return rows;
  }
  absl::StatusOr<std::vector<v1::OuterStepRecord>> Records(const std::string& job, int64_t after,
                                                           int limit) override {
    if (damaged) return absl::DataLossError("outer step 2 is damaged");
    const int64_t before = rows_read;
    auto records = MemoryStore::Records(job, after, limit);
    rows_read = before;
    return records;
  }

  absl::Status health() override { return broken; }

  absl::Status broken;
  absl::Status failure;
  int64_t fails_at = -1;
  bool update_fails = false;
  bool damaged = false;
  int64_t rows_read = 0;  // with their scalars
  int64_t altered_at = -1;
};

class RestartTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.Start();
    cluster_.Join();
    cluster_.Submit(ToyConfig());
  }
  std::string Checkpoint(int64_t step) { return ThetaPath(JobFolder(folder_.path(), "toy"), step); }
  std::vector<uint64_t> Undisturbed() {
    TemporaryFolder folder;
    MemoryStore store;
    FakeCluster cluster(store, folder.path());
    cluster.Start();
    cluster.Join();
    cluster.Work(cluster.Submit(ToyConfig()));
    return cluster.Hashes("toy");
  }
  // All that the workers have to say, so many times.
  void Turn(int times) {
    for (int turn = 0; turn < times; ++turn) {
      for (const WorkerId id : cluster_.ids()) {
        for (const auto& answer : cluster_.worker(id).Answers(cluster_.coordinator())) {
          cluster_.Say(id, answer);
        }
      }
    }
  }
  void ExpectHidden(int64_t step) {
    v1::FetchThetaRequest request;
    request.set_job("toy");
    request.set_first_step(step);
    request.set_last_step(step);
    EXPECT_TRUE(absl::IsOutOfRange(cluster_.coordinator().FetchTheta(request).status()));
    EXPECT_LT(cluster_.worker(cluster_.ids()[0]).newest_theta(), step);
    EXPECT_TRUE(absl::IsOutOfRange(cluster_.coordinator().FindTheta("toy", step).status()));
  }
  void Pass(std::chrono::milliseconds time) {
    cluster_.clock().Advance(time);
    cluster_.coordinator().Tick();
  }
  void FinishAndCompare() {
    cluster_.Join();
    cluster_.Work("toy");
    EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(cluster_.Hashes("toy"), Undisturbed());
  }

  TemporaryFolder folder_;
  SpoiledStore store_;
  FakeCluster cluster_{store_, folder_.path()};
};

TEST_F(RestartTest, CheckpointsAreWrittenAsConfiguredAndAtTheEnd) {
  cluster_.Work("toy");
  for (int64_t step = 1; step <= 12; ++step) {
    EXPECT_EQ(std::filesystem::exists(Checkpoint(step)), step % 3 == 0) << step;
  }
}

TEST_F(RestartTest, OldCheckpointsGoAndEveryThetaIsStillReplayed) {
  cluster_.KeepCheckpoints(1);
  cluster_.Start();
  cluster_.Join();
  v1::JobConfig config = ToyConfig("many");
  config.set_checkpoint_every(1);
  config.mutable_outer()->set_steps(30);
  ASSERT_TRUE(cluster_.coordinator().Cancel("toy").ok());
  cluster_.Submit(config);
  cluster_.Work("many");
  EXPECT_EQ(store_.Checkpoints("many")->size(), 30u) << "each is spaced by one step";

  cluster_.KeepCheckpoints(4);
  cluster_.Start();
  cluster_.Join();
  config.set_name("more");
  cluster_.Submit(config);
  cluster_.Work("more");
  const std::string folder = JobFolder(folder_.path(), "more");
  std::vector<int64_t> kept;
  for (int64_t step = 1; step <= 30; ++step) {
    const bool there = std::filesystem::exists(ThetaPath(folder, step));
    if (there) kept.push_back(step);
  }
  EXPECT_THAT(kept, ::testing::ElementsAre(4, 8, 12, 16, 20, 24, 27, 28, 29, 30));
  EXPECT_EQ(store_.Checkpoints("more")->size(), kept.size());
  const std::vector<uint64_t> hashes = cluster_.Hashes("more");
  for (int64_t step = 1; step <= 30; ++step) {
    const auto theta = ReplayTheta(store_, folder, store_.Jobs()->back(), step, 1);
    ASSERT_TRUE(theta.ok()) << theta.status();
    EXPECT_EQ(ThetaHash("more", step, *theta), hashes[step - 1]) << step;
  }
}

TEST_F(RestartTest, FilesThatAnInterruptedWriteOrRemovalLeftAreSwept) {
  cluster_.Work("toy", 10);
  const std::string folder = JobFolder(folder_.path(), "toy");
  for (const char* name :
       {"theta-000002.safetensors", "state-000002.safetensors", "theta-000012.safetensors.1-2.tmp",
        "theta-000012.safetensors", "mine"}) {
    ASSERT_TRUE(WriteFileAtomically(folder + "/checkpoints/" + name, "x").ok());
  }
  cluster_.Start();
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/checkpoints")) {
    left.push_back(entry.path().filename());
  }
  EXPECT_THAT(
      left, ::testing::UnorderedElementsAre("theta-000003.safetensors", "state-000003.safetensors",
                                            "theta-000006.safetensors", "state-000006.safetensors",
                                            "theta-000009.safetensors", "state-000009.safetensors",
                                            "theta-000012.safetensors", "mine"));
  FinishAndCompare();
}

TEST_F(RestartTest, WithAHistoryInFilesEverythingIsTheSame) {
  cluster_.KeepInMemory(1);
  const std::string history = JobFolder(folder_.path(), "toy") + "/history";
  for (int life = 0; life < 3; ++life) {
    cluster_.Start();
    cluster_.Join();
    cluster_.Work("toy", 3);
    EXPECT_FALSE(std::filesystem::is_empty(history)) << "nothing went to a file";
    // Whose blocks are made again by another.
    cluster_.Lose(cluster_.ids()[0]);
    cluster_.Join();
    cluster_.Work("toy", 1);
  }
  FinishAndCompare();
  EXPECT_FALSE(std::filesystem::exists(history)) << "files of a job that has ended are left";
}

TEST_F(RestartTest, ARestartReplaysNoMoreThanTheHistoryInFilesLacks) {
  ASSERT_TRUE(cluster_.coordinator().Cancel("toy").ok());
  v1::JobConfig config = ToyConfig("long");
  config.mutable_episode()->mutable_constant()->set_steps(1000);  // 200 windows
  config.mutable_outer()->set_steps(60);
  config.set_checkpoint_every(10);
  cluster_.KeepInMemory(1);
  cluster_.Start();
  cluster_.Join();
  cluster_.Submit(config);
  cluster_.Work("long", 47);
  store_.rows_read = 0;
  cluster_.Start();
  EXPECT_EQ(cluster_.Summary("long").step(), 47);
  EXPECT_LE(store_.rows_read, 2 + 7) << "more than the steps since the newest checkpoint";
  // Its blocks are made again from step 0 on.
  cluster_.Join();
  cluster_.Work("long");
  EXPECT_EQ(cluster_.State("long"), v1::JOB_STATE_SUCCEEDED);
  TemporaryFolder other;
  MemoryStore store;
  FakeCluster undisturbed(store, other.path());
  undisturbed.Start();
  undisturbed.Join();
  undisturbed.Work(undisturbed.Submit(config));
  EXPECT_EQ(cluster_.Hashes("long"), undisturbed.Hashes("long"));
}

TEST_F(RestartTest, AHistoryThatIsDamagedIsMadeAgainByReplay) {
  cluster_.KeepInMemory(1);
  cluster_.Start();
  cluster_.Join();
  cluster_.Work("toy", 6);
  for (const auto& file :
       std::filesystem::directory_iterator(JobFolder(folder_.path(), "toy") + "/history")) {
    std::filesystem::resize_file(file.path(), 5);
  }
  cluster_.Lose(cluster_.ids()[0]);
  cluster_.Join();
  cluster_.Work("toy", 1);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("θ is replayed from the store again: "));
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("is damaged"));
  FinishAndCompare();
}

TEST_F(RestartTest, ATornCheckpointFallsBackToAnOlderOne) {
  cluster_.Work("toy", 10);
  std::filesystem::resize_file(Checkpoint(6), 40);
  cluster_.Start();
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("checkpoint of outer step 6 cannot be used"));
  FinishAndCompare();
}

TEST_F(RestartTest, WithoutAnyGoodCheckpointEverythingIsReplayed) {
  cluster_.Work("toy", 10);
  std::filesystem::remove_all(JobFolder(folder_.path(), "toy"));
  cluster_.Start();
  EXPECT_EQ(cluster_.Summary("toy").step(), 10);
  FinishAndCompare();
}

TEST_F(RestartTest, ACommitThatFailsStopsTheCoordinatorBeforeAnyoneSeesTheta) {
  for (const absl::Status& failure :
       {absl::InternalError("a sync failed"), absl::PermissionDeniedError("read-only"),
        absl::FailedPreconditionError("another coordinator has taken over")}) {
    store_.failure = failure;
    store_.fails_at = cluster_.Summary("toy").step() + 2;
    Turn(5);
    EXPECT_EQ(cluster_.coordinator().fatal(), failure);
    ExpectHidden(store_.fails_at);
    Pass(std::chrono::hours(1));
    store_.fails_at = -1;
    Turn(1);
    EXPECT_EQ(cluster_.coordinator().fatal(), failure) << "it was tried again";
    cluster_.Start();
    cluster_.Join();
  }
  EXPECT_EQ(cluster_.Summary("toy").step(), 3);
  FinishAndCompare();
}

TEST_F(RestartTest, AStoreThatBrokeElsewhereEndsTheCoordinatorToo) {
  store_.broken = absl::InternalError("the sync of a submitted job failed");
  EXPECT_TRUE(cluster_.coordinator().fatal().ok());
  Pass(std::chrono::milliseconds(250));
  EXPECT_EQ(cluster_.coordinator().fatal(), store_.broken);
}

TEST_F(RestartTest, AFullDiskIsWaitedForAndSaid) {
  store_.failure = absl::ResourceExhaustedError("coordinator.db: the disk is full");
  store_.fails_at = 5;
  Turn(10);
  EXPECT_TRUE(cluster_.coordinator().fatal().ok());
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(cluster_.Summary("toy").step(), 4);
  EXPECT_EQ(cluster_.Summary("toy").message(),
            "waits for room on the disk: coordinator.db: the disk is full");
  ExpectHidden(5);
  Pass(std::chrono::seconds(30));
  EXPECT_EQ(cluster_.Summary("toy").step(), 4);
  ExpectHidden(5);
  store_.fails_at = -1;
  Pass(DiskRoom::kRetryInterval);
  EXPECT_EQ(cluster_.Summary("toy").step(), 5) << "it did not go on by itself";
  EXPECT_THAT(cluster_.Summary("toy").message(), Not(HasSubstr("room")));
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("goes on: there was no room on the disk for 31 s"));
  FinishAndCompare();
}

TEST_F(RestartTest, WorkersThatComeAndGoWhileTheDiskIsFullChangeNothing) {
  store_.failure = absl::ResourceExhaustedError("full");
  store_.fails_at = 5;
  Turn(10);
  for (const WorkerId id : cluster_.ids()) cluster_.Lose(id);
  cluster_.Join("late");
  Turn(2);
  store_.fails_at = -1;
  Pass(DiskRoom::kRetryInterval);
  EXPECT_EQ(cluster_.Summary("toy").step(), 5);
  FinishAndCompare();
}

TEST_F(RestartTest, AJobThatCannotEndForWantOfRoomEndsLater) {
  cluster_.Work("toy", 11);
  store_.failure = absl::ResourceExhaustedError("full");
  store_.update_fails = true;
  Turn(2);
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(cluster_.Summary("toy").step(), 12);
  EXPECT_THAT(cluster_.Summary("toy").message(), HasSubstr("waits for room"));
  EXPECT_TRUE(absl::IsResourceExhausted(cluster_.coordinator().Cancel("toy").status()));
  store_.update_fails = false;
  Pass(DiskRoom::kRetryInterval);
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(RestartTest, AJobThatIsPausedWhileTheDiskIsFullGoesOnAfterwards) {
  store_.failure = absl::ResourceExhaustedError("full");
  store_.fails_at = 5;
  Turn(10);
  ASSERT_TRUE(cluster_.coordinator().Pause("toy").ok());
  EXPECT_EQ(cluster_.Summary("toy").message(), "paused on request");
  store_.fails_at = -1;
  Pass(DiskRoom::kRetryInterval);
  EXPECT_EQ(cluster_.Summary("toy").step(), 4);
  ASSERT_TRUE(cluster_.coordinator().Resume("toy").ok());
  EXPECT_EQ(cluster_.Summary("toy").step(), 5);
  FinishAndCompare();
}

TEST_F(RestartTest, AThetaThatIsNotTheStoredOneFailsTheJobLoudly) {
  cluster_.Work("toy", 10);
  store_.altered_at = 9;
  cluster_.Start();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_FAILED);
  EXPECT_THAT(cluster_.Summary("toy").message(), HasSubstr("θ after outer step 9 is not the one"));
}

TEST_F(RestartTest, AJobWhoseOldStepsAreDamagedIsListedAndToldOf) {
  cluster_.Work("toy");
  store_.damaged = true;
  cluster_.Start();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(cluster_.Summary("toy").step(), 12);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("outer step 2 is damaged"));
}

TEST_F(RestartTest, TheNextJobRunsAfterOneThatCannotBeLoaded) {
  cluster_.Submit(ToyConfig("second"));
  cluster_.Work("toy", 10);
  store_.altered_at = 9;
  cluster_.Start();
  EXPECT_EQ(cluster_.State("second"), v1::JOB_STATE_RUNNING);
}

TEST_F(RestartTest, AJobWhoseLastStepWasCommittedSucceeds) {
  cluster_.Work("toy", 11);
  // As if the coordinator had died right after the commit of the last step.
  const WorkerId id = cluster_.ids()[0];
  auto answers = cluster_.worker(id).Answers(cluster_.coordinator());
  for (const auto& answer : answers) cluster_.Say(id, answer);
  ASSERT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  JobRow row = store_.Jobs()->front();
  row.state = v1::JOB_STATE_RUNNING;
  ASSERT_TRUE(store_.UpdateJob(row).ok());
  std::filesystem::remove(Checkpoint(12));
  cluster_.Start();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_TRUE(std::filesystem::exists(Checkpoint(12)));
}

TEST_F(RestartTest, EpochsRiseOverRestarts) {
  const WorkerId old_id = cluster_.ids()[0];
  const auto old = cluster_.worker(old_id).Answers(cluster_.coordinator());
  cluster_.Start();
  const WorkerId id = cluster_.Join();
  const auto fresh = cluster_.worker(id).Answers(cluster_.coordinator());
  ASSERT_FALSE(old.empty());
  ASSERT_EQ(fresh.size(), old.size());
  EXPECT_GT(fresh[0].epoch(), old[0].epoch());
}

TEST_F(RestartTest, ThetaOfAnyStepIsAReplayOfTheStore) {
  cluster_.Work("toy");
  const JobRow row = store_.Jobs()->front();
  const std::string folder = JobFolder(folder_.path(), "toy");
  const std::vector<uint64_t> hashes = cluster_.Hashes("toy");
  for (int64_t step = 1; step <= 12; ++step) {
    const auto theta = ReplayTheta(store_, folder, row, step, 1);
    ASSERT_TRUE(theta.ok()) << theta.status();
    EXPECT_EQ(ThetaHash("toy", step, *theta), hashes[step - 1]) << step;
    EXPECT_EQ(*ReplayTheta(store_, folder, row, step, 1, ReplayFrom::kStart), *theta) << step;
  }
  const auto first = ReplayTheta(store_, folder, row, 0, 1);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, InitialTheta(LayoutOf(row.config.optimizer()), row.config.seed()));
  EXPECT_TRUE(absl::IsOutOfRange(ReplayTheta(store_, folder, row, 13, 1).status()));
  EXPECT_TRUE(absl::IsOutOfRange(ReplayTheta(store_, folder, row, -1, 1).status()));
}

TEST_F(RestartTest, AReplayFromTheStartNoticesAScalarThatACheckpointHides) {
  cluster_.Work("toy");
  const JobRow row = store_.Jobs()->front();
  const std::string folder = JobFolder(folder_.path(), "toy");
  MemoryStore changed;
  ASSERT_TRUE(changed.AddJob(row).ok());
  const auto steps = store_.Steps("toy", 0, 100);
  const auto checkpoints = store_.Checkpoints("toy");
  ASSERT_TRUE(steps.ok() && checkpoints.ok());
  for (StepRow step : *steps) {
    if (step.step == 2) step.particles[0].sum_plus += 0.25;
    const absl::Status kept = changed.CommitStep("toy", step);
    ASSERT_TRUE(kept.ok()) << kept;
  }
  for (const CheckpointRow& own : *checkpoints) {
    ASSERT_TRUE(changed.AddCheckpoint("toy", own).ok());
  }
  EXPECT_TRUE(ReplayTheta(changed, folder, row, 12, 1).ok());
  const auto theta = ReplayTheta(changed, folder, row, 12, 1, ReplayFrom::kStart);
  EXPECT_TRUE(absl::IsDataLoss(theta.status())) << theta.status();
  EXPECT_THAT(std::string(theta.status().message()), HasSubstr("outer step 2 "));
}

TEST_F(RestartTest, AFolderThatCannotBeWrittenCostsTheCheckpointsAndNotTheJob) {
  cluster_.Work("toy", 2);
  const std::string checkpoints = JobFolder(folder_.path(), "toy") + "/checkpoints";
  ASSERT_TRUE(WriteFileAtomically(checkpoints, "in the way").ok());
  cluster_.Work("toy");
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("checkpoint of outer step 3 was not written"));
}

TEST_F(RestartTest, TheLogHasEveryStepOnceAfterRestarts) {
  for (int life = 0; life < 4; ++life) {
    cluster_.Work("toy", 3);
    cluster_.Start();
    cluster_.Join();
  }
  std::ifstream log(JobFolder(folder_.path(), "toy") + "/log.jsonl");
  int lines = 0;
  for (std::string line; std::getline(log, line);) ++lines;
  EXPECT_EQ(lines, 12);
}

}  // namespace
}  // namespace paceline
