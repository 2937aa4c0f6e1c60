// θ is measured on held-out tasks while its job trains.
#include "coordinator/job/held_out.h"

#include <filesystem>

#include "common/base/file.h"
#include "coordinator/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_cluster.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// 12 outer steps, measured after 5, 10 and 12.
v1::JobConfig MeasuredConfig() {
  v1::JobConfig config = ToyConfig();
  config.mutable_evaluate()->set_every(5);
  *config.mutable_evaluate()->mutable_suite() = ToyEvaluation().suite();
  return config;
}

std::vector<int64_t> StepsOf(const std::vector<v1::HeldOutRecord>& records) {
  std::vector<int64_t> steps;
  for (const v1::HeldOutRecord& record : records) steps.push_back(record.step());
  return steps;
}

class HeldOutTest : public ::testing::Test {
 protected:
  void SetUp() override { cluster_.Start(); }
  Coordinator& coordinator() { return cluster_.coordinator(); }
  std::vector<std::string> Evaluations() {
    std::vector<std::string> names;
    const v1::ListEvaluationsReply reply = coordinator().evaluations().List();
    for (const v1::EvaluationSummary& one : reply.evaluations()) names.push_back(one.evaluation());
    return names;
  }
  // Undisturbed.
  static std::vector<v1::HeldOutRecord> Records() {
    TemporaryFolder folder;
    MemoryStore store;
    FakeCluster cluster(store, folder.path());
    cluster.Start();
    cluster.JoinEvaluator();
    cluster.Submit(MeasuredConfig());
    cluster.Work("toy");
    cluster.Evaluate();
    return cluster.coordinator().HeldOut("toy");
  }

  TemporaryFolder folder_;
  MemoryStore store_;
  FakeCluster cluster_{store_, folder_.path()};
};

TEST_F(HeldOutTest, ThetaIsMeasuredEverySoOftenAndAtTheEnd) {
  cluster_.JoinEvaluator();
  cluster_.Submit(MeasuredConfig());
  cluster_.Work("toy");
  EXPECT_THAT(Evaluations(), ElementsAre("toy-step-5", "toy-step-10", "toy-step-12"));
  const v1::JobSummary waiting = cluster_.Summary("toy");
  EXPECT_EQ(waiting.state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(waiting.step(), 12);
  EXPECT_EQ(waiting.held_out_pending(), 3u);
  EXPECT_THAT(waiting.message(), HasSubstr("held-out"));
  cluster_.Evaluate();
  const v1::JobSummary summary = cluster_.Summary("toy");
  EXPECT_EQ(summary.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(summary.held_out_pending(), 0u);
  EXPECT_EQ(summary.held_out().step(), 12);
  const auto records = coordinator().HeldOut("toy");
  EXPECT_THAT(StepsOf(records), ElementsAre(5, 10, 12));
  for (const v1::HeldOutRecord& record : records) {
    EXPECT_GE(summary.best_held_out().progress(), record.progress());
    EXPECT_EQ(record.cases_size(), 2);
    EXPECT_EQ(record.runs(), 12u);
  }
}

TEST_F(HeldOutTest, ThetaDoesNotDependOnIt) {
  cluster_.JoinEvaluator();
  cluster_.Submit(MeasuredConfig());
  cluster_.Work("toy");
  v1::JobConfig plain = ToyConfig();
  TemporaryFolder folder;
  MemoryStore store;
  FakeCluster other(store, folder.path());
  other.Start();
  other.Join();
  other.Submit(plain);
  other.Work("toy");
  EXPECT_EQ(cluster_.Hashes("toy"), other.Hashes("toy"));
}

TEST_F(HeldOutTest, AnotherLifeOfTheCoordinatorGoesOnWithThem) {
  const auto undisturbed = Records();
  ASSERT_EQ(undisturbed.size(), 3u);
  for (const int64_t step : {4, 5, 12}) {
    for (const int answers : {0, 20}) {
      SCOPED_TRACE(testing::Message() << step << " outer steps, " << answers << " answers");
      TemporaryFolder folder;
      MemoryStore store;
      FakeCluster cluster(store, folder.path());
      cluster.Start();
      cluster.JoinEvaluator();
      cluster.Submit(MeasuredConfig());
      cluster.Work("toy", step);
      cluster.Evaluate(answers);
      cluster.Start();
      cluster.JoinEvaluator();
      cluster.Work("toy");
      cluster.Evaluate();
      EXPECT_EQ(cluster.State("toy"), v1::JOB_STATE_SUCCEEDED);
      const auto records = cluster.coordinator().HeldOut("toy");
      ASSERT_EQ(records.size(), undisturbed.size());
      for (size_t i = 0; i < records.size(); ++i) {
        EXPECT_EQ(records[i].step(), undisturbed[i].step());
        EXPECT_EQ(records[i].progress(), undisturbed[i].progress());
      }
    }
  }
}

TEST_F(HeldOutTest, TheNextJobDoesNotBeginBeforeTheLastMeasurement) {
  cluster_.JoinEvaluator();
  cluster_.Submit(MeasuredConfig());
  cluster_.Submit(ToyConfig("next"));
  cluster_.Work("toy");
  EXPECT_EQ(cluster_.State("next"), v1::JOB_STATE_QUEUED);
  cluster_.Evaluate();
  cluster_.Work("next");
  EXPECT_EQ(cluster_.State("next"), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(HeldOutTest, AMeasurementThatIsCancelledHoldsNothingUp) {
  cluster_.JoinEvaluator();
  cluster_.Submit(MeasuredConfig());
  cluster_.Work("toy");
  for (const std::string& name : Evaluations()) {
    ASSERT_TRUE(coordinator().evaluations().Cancel(name).ok());
  }
  coordinator().PumpEvaluations();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(coordinator().HeldOut("toy"), IsEmpty());
}

TEST_F(HeldOutTest, ACancelledJobsMeasurementsEndWithIt) {
  cluster_.JoinEvaluator();
  cluster_.Submit(MeasuredConfig());
  cluster_.Work("toy", 6);
  ASSERT_TRUE(coordinator().Cancel("toy").ok());
  EXPECT_THAT(coordinator().evaluations().PendingOf("toy"), IsEmpty());
}

TEST_F(HeldOutTest, ADeletedJobLeavesNoneBehind) {
  cluster_.JoinEvaluator();
  cluster_.Submit(MeasuredConfig());
  cluster_.Work("toy");
  cluster_.Evaluate();
  ASSERT_TRUE(coordinator().Delete("toy").ok());
  EXPECT_THAT(Evaluations(), IsEmpty());
  cluster_.Submit(MeasuredConfig());
  cluster_.Work("toy", 5);
  EXPECT_THAT(coordinator().HeldOut("toy"), IsEmpty()) << "those of another job of that name";
}

TEST_F(HeldOutTest, AMeasuredThetaHasACheckpoint) {
  cluster_.JoinEvaluator();
  v1::JobConfig config = MeasuredConfig();
  config.set_checkpoint_every(1000);
  cluster_.Submit(config);
  cluster_.Work("toy");
  std::vector<int64_t> steps;
  const auto rows = store_.Checkpoints("toy");
  ASSERT_TRUE(rows.ok());
  for (const CheckpointRow& row : *rows) steps.push_back(row.step);
  EXPECT_THAT(steps, ElementsAre(10, 5));
}

TEST(HeldOutRetentionTest, TheBestThetasCheckpointStays) {
  TemporaryFolder folder;
  MemoryStore store;
  FakeCluster cluster(store, folder.path());
  cluster.KeepCheckpoints(1);
  cluster.Start();
  cluster.JoinEvaluator();
  v1::JobConfig config = MeasuredConfig();
  config.set_checkpoint_every(60);
  config.mutable_outer()->set_steps(60);
  cluster.Submit(config);
  for (int step = 0; step < 60; ++step) {
    cluster.Work("toy", 1);
    cluster.Evaluate();
  }
  const int64_t best = cluster.Summary("toy").best_held_out().step();
  std::vector<int64_t> steps;
  const auto rows = store.Checkpoints("toy");
  ASSERT_TRUE(rows.ok());
  for (const CheckpointRow& row : *rows) steps.push_back(row.step);
  EXPECT_LT(best, 60) << "the test shows nothing";
  EXPECT_THAT(steps, ElementsAre(60, best));
}

TEST_F(HeldOutTest, TheLogHasALineForEach) {
  cluster_.JoinEvaluator();
  cluster_.Submit(MeasuredConfig());
  cluster_.Work("toy");
  cluster_.Evaluate();
  const std::string folder = folder_.path() + "/jobs/toy";
  const auto log = ReadFile(folder + "/held-out.jsonl");
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(std::ranges::count(*log, '\n'), 3);
  EXPECT_THAT(*log, HasSubstr(R"({"step":10,"evaluation":"toy-step-10","progress":)"));
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder + "/tensorboard/held-out")) {
    const auto bytes = ReadFile(file.path());
    EXPECT_THAT(bytes.value_or(""), HasSubstr("held_out/progress"));
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST_F(HeldOutTest, ALogThatLacksSomeIsWrittenAnewWithTheNextLife) {
  cluster_.JoinEvaluator();
  cluster_.Submit(MeasuredConfig());
  cluster_.Work("toy", 6);
  cluster_.Evaluate();
  const std::string log = folder_.path() + "/jobs/toy/held-out.jsonl";
  const auto before = ReadFile(log);
  ASSERT_TRUE(before.ok() && !before->empty());
  std::filesystem::remove(log);
  cluster_.Start();
  EXPECT_EQ(ReadFile(log).value_or(""), *before);
}

v1::HeldOutRecord Record(int64_t step, double progress, uint32_t failed) {
  v1::HeldOutRecord record;
  record.set_step(step);
  record.set_progress(progress);
  record.set_runs(10);
  record.set_failed(failed);
  record.set_evaluation("toy-step");
  return record;
}

TEST(HeldOutWarningTest, TellsOfFailuresAtOnceAndOfABetterThetaAtTheEnd) {
  struct {
    std::vector<v1::HeldOutRecord> records;
    bool done;
    std::string says;
  } const cases[] = {
      {{}, true, ""},
      {{Record(5, 0.9, 5)}, false, ""},
      {{Record(5, 0.9, 6)}, false, "6 of 10 trainings"},
      {{Record(5, 0.9, 6), Record(10, 0.9, 0)}, true, ""},
      {{Record(5, 0.9, 0), Record(10, 0.86, 0)}, true, ""},
      {{Record(5, 0.9, 0), Record(10, 0.84, 0)}, false, ""},
      {{Record(5, 0.9, 0), Record(10, 0.84, 0)}, true, "outer step 5 did better"},
  };
  for (const auto& c : cases) {
    const std::string warning = HeldOutWarning(c.records, c.done).value_or("");
    EXPECT_EQ(warning.empty(), c.says.empty()) << warning;
    EXPECT_THAT(warning, HasSubstr(c.says));
  }
}

TEST(IsMeasuredTest, AtMultiplesAndAtTheEnd) {
  v1::JobConfig config = MeasuredConfig();
  std::vector<int64_t> steps;
  for (int64_t step = 0; step <= 12; ++step) {
    if (IsMeasured(config, step)) steps.push_back(step);
  }
  EXPECT_THAT(steps, ElementsAre(5, 10, 12));
  config.clear_evaluate();
  EXPECT_FALSE(IsMeasured(config, 5));
}

}  // namespace
}  // namespace paceline
