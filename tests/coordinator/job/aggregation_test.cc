// Outer steps that do not wait for all: what counts, who is not forgotten, and that θ is what the
// stored answers make it.
#include <algorithm>
#include <map>

#include "common/base/digest.h"
#include "coordinator/aggregate/quorum.h"
#include "coordinator/job/replay.h"
#include "coordinator/store/sqlite_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/job/fault_fixture.h"
#include "tests/testing/sim/post.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::JobConfig QuorumConfig(uint32_t blocks, double deadline = 0) {
  v1::JobConfig config = FaultConfig();
  config.set_aggregation(v1::AGGREGATION_QUORUM);
  config.mutable_quorum()->set_blocks(blocks);
  if (deadline > 0) config.mutable_quorum()->set_deadline(deadline);
  return config;
}

v1::JobConfig AsyncConfig(uint32_t answers, uint32_t staleness) {
  v1::JobConfig config = FaultConfig();
  config.set_aggregation(v1::AGGREGATION_ASYNC);
  config.mutable_async()->set_answers(answers);
  config.mutable_async()->set_staleness(staleness);
  config.mutable_async()->set_age_decay(0.5);
  return config;
}

class AggregationTest : public FaultTest {
 protected:
  std::vector<StepRow> Rows() { return store_.Steps("toy", 0, 100'000).value(); }
  // How often each block counted.
  std::map<uint32_t, int> Counts() {
    std::map<uint32_t, int> counts;
    for (const StepRow& row : Rows()) {
      for (const CountedWindow& window : row.windows) ++counts[window.block];
    }
    return counts;
  }
  // θ of the last step, from θ_0 on by the stored scalars, is the one that was trained.
  void ExpectReplays(Store& store, const std::string& folder) {
    const auto jobs = store.Jobs();
    const JobRow& job = jobs->front();
    const auto totals = store.Totals(job.name);
    const auto theta = ReplayTheta(store, folder, job, totals->steps, 1, ReplayFrom::kStart);
    ASSERT_TRUE(theta.ok()) << theta.status();
    const auto last = store.Steps(job.name, totals->steps - 1, 1);
    EXPECT_EQ(ThetaHash(job.name, totals->steps, *theta), last->front().theta_hash);
  }
};

TEST_F(AggregationTest, AQuorumOfAllAndNoStalenessAreTheStrictJobBitForBit) {
  for (const v1::JobConfig& config : {QuorumConfig(4), AsyncConfig(4, 0), AsyncConfig(1, 0)}) {
    TemporaryFolder folder;
    MemoryStore store;
    FakeCluster cluster(store, folder.path());
    cluster.Start();
    cluster.Join();
    cluster.Join();
    cluster.Work(cluster.Submit(config));
    EXPECT_EQ(cluster.State("toy"), v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(cluster.Hashes("toy"), Undisturbed());
  }
}

TEST_F(AggregationTest, TheSlowOfAQuorumDoNotHoldItUpAndAreNotForgotten) {
  Honest(cluster_.Join("quick"), milliseconds(250));
  Honest(cluster_.Join("slow"), milliseconds(1500));
  v1::JobConfig config = QuorumConfig(2);
  config.mutable_outer()->set_steps(200);
  cluster_.Submit(config);
  const seconds taken = Run();
  ASSERT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED) << cluster_.Events("toy");
  EXPECT_LT(taken, seconds(200 * 3 / 2)) << "a strict one takes a slow window for every outer step";
  int missed = 0;
  for (const StepRow& row : Rows()) {
    EXPECT_GE(row.windows.size(), 2u);
    EXPECT_EQ(row.record.answer_ages(0), row.windows.size());
    for (uint32_t block = 0; block < 4; ++block) {
      const bool counts = std::ranges::count(row.windows, CountedWindow{block, row.step - 1}) == 1;
      missed += counts ? 0 : 1;
    }
  }
  EXPECT_GT(missed, 20);
  for (const auto& [block, count] : Counts()) EXPECT_GT(count, 200 / 4) << block;
  EXPECT_THAT(cluster_.Events("toy"), Not(HasSubstr("quarantined")));
  ExpectReplays(store_, folder_.path());
}

TEST_F(AggregationTest, BlocksOfAWorkerThatNeverAnswersGoToOthers) {
  for (const double deadline : {0.0, 0.3}) {
    cluster_.Start();
    acts_.clear();
    const WorkerId silent = cluster_.Join("silent");
    Honest(cluster_.Join("honest"), milliseconds(50));
    v1::JobConfig config = QuorumConfig(2, deadline);
    config.mutable_outer()->set_steps(100);
    config.set_name(deadline > 0 ? "with-deadline" : "toy");
    const std::string job = cluster_.Submit(config);
    Run(job);
    ASSERT_EQ(cluster_.State(job), v1::JOB_STATE_SUCCEEDED) << cluster_.Events(job);
    EXPECT_THAT(cluster_.Events(job),
                AnyOf(HasSubstr("silent#1 is behind"), HasSubstr("silent#1 is late")));
    std::map<uint32_t, int> counts;
    const auto rows = store_.Steps(job, 50, 1000);
    for (const StepRow& row : *rows) {
      for (const CountedWindow& window : row.windows) ++counts[window.block];
    }
    for (uint32_t block = 0; block < 4; ++block) EXPECT_GT(counts[block], 50 / 4) << job << block;
    EXPECT_TRUE(cluster_.worker(silent).closed().empty());
  }
}

TEST_F(AggregationTest, AtItsDeadlineAnOuterStepIsOverWithWhatIsThere) {
  const WorkerId one = cluster_.Join("one"), other = cluster_.Join("other");
  cluster_.Submit(QuorumConfig(4, 5));
  const Answers first = Take(one);
  const Answers late = Take(other);
  ASSERT_EQ(first.size(), 2u);
  for (int quarter = 0; quarter < 40; ++quarter) cluster_.Quarter();
  EXPECT_EQ(cluster_.Summary("toy").step(), 0) << "nothing is there";
  cluster_.Say(one, first[0]);
  EXPECT_EQ(cluster_.Summary("toy").step(), 1) << "the deadline was over";
  ASSERT_EQ(Rows().size(), 1u);
  EXPECT_EQ(Rows()[0].windows, (std::vector<CountedWindow>{{first[0].block(), 0}}));
  cluster_.Say(other, late[0]);
  EXPECT_EQ(cluster_.Summary("toy").step(), 1);
  for (int quarter = 0; quarter < 19; ++quarter) cluster_.Quarter();
  cluster_.Say(one, Take(one)[0]);
  EXPECT_EQ(cluster_.Summary("toy").step(), 1) << "just before the next one's deadline";
  cluster_.Quarter();
  EXPECT_EQ(cluster_.Summary("toy").step(), 2);
}

TEST_F(AggregationTest, AWorkerThatIsBehindForEverIsNotCutOffForItsLateAnswers) {
  Honest(cluster_.Join("quick"));
  const WorkerId slow = cluster_.Join("slow");
  Honest(slow, milliseconds(600));
  v1::JobConfig config = QuorumConfig(2);
  config.mutable_outer()->set_steps(3000);
  config.set_checkpoint_every(1000);
  cluster_.Submit(config);
  Run();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_TRUE(cluster_.worker(slow).closed().empty()) << cluster_.worker(slow).closed();
}

TEST_F(AggregationTest, EpisodesThatCannotHaveBegunThereAreRefused) {
  const WorkerId quick = cluster_.Join("quick"), liar = cluster_.Join("liar");
  cluster_.Submit(QuorumConfig(2));
  const Answers missed = Take(liar);
  for (v1::WindowResult& answer : Take(quick)) cluster_.Say(quick, answer);
  ASSERT_EQ(cluster_.Summary("toy").step(), 1);
  Answers answers = Take(liar);
  ASSERT_EQ(answers.size(), 2u);
  answers[0].mutable_particles(0)->set_began(2);
  cluster_.Say(liar, answers[0]);
  EXPECT_EQ(Refused(Refusal::kEpisodes), 1u);
  answers[0].mutable_particles(0)->clear_began();
  cluster_.Say(liar, answers[0]);
  EXPECT_EQ(Refused(Refusal::kEpisodes), 2u);
  cluster_.Say(liar, answers[1]);
  EXPECT_EQ(Refused(Refusal::kEpisodes), 2u);
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_RUNNING);
}

TEST_F(AggregationTest, AnAsynchronousJobCountsEveryWindowOnceAndNoneTooOld) {
  Honest(cluster_.Join("quick"), milliseconds(250));
  Honest(cluster_.Join("slower"), milliseconds(400));
  v1::JobConfig config = AsyncConfig(2, 3);
  config.mutable_outer()->set_steps(100);
  cluster_.Submit(config);
  Run();
  ASSERT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED) << cluster_.Events("toy");
  std::map<uint32_t, int64_t> next;
  int old = 0;
  for (const StepRow& row : Rows()) {
    EXPECT_GE(row.windows.size(), 2u);
    std::vector<uint32_t> ages;
    for (const auto& [block, step] : row.windows) {
      EXPECT_EQ(step, next[block]++) << "block " << block;
      const auto age = static_cast<size_t>(row.step - 1 - step);
      EXPECT_LE(age, 3u);
      if (ages.size() <= age) ages.resize(age + 1);
      ++ages[age];
      old += age > 0;
    }
    EXPECT_THAT(row.record.answer_ages(), ::testing::ElementsAreArray(ages));
  }
  EXPECT_GT(old, 20);
  // No block, worker or task counts more often than another.
  for (const auto& [block, windows] : next) EXPECT_GE(windows, 97) << block;
  ExpectReplays(store_, folder_.path());
}

TEST_F(AggregationTest, AWorkerThatStopsHoldsAnAsynchronousJobUpOnlyOnceItIsTooFarBehind) {
  Honest(cluster_.Join("quick"));
  const WorkerId silent = cluster_.Join("silent");
  v1::JobConfig config = AsyncConfig(2, 4);
  config.mutable_outer()->set_steps(60);
  cluster_.Submit(config);
  for (int turn = 0; turn < 50; ++turn) acts_.begin()->second();
  EXPECT_EQ(cluster_.Summary("toy").step(), 4) << "it would have to be older than four";
  Run();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED) << cluster_.Events("toy");
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("silent#2 is late"));
  EXPECT_TRUE(cluster_.worker(silent).closed().empty());
}

TEST_F(AggregationTest, AnswersOfAnExpelledWorkerDoNotCountThoughItsBlocksHaveGoneOn) {
  const WorkerId good = cluster_.Join("good"), liar = cluster_.Join("liar");
  cluster_.Submit(AsyncConfig(3, 3));
  // Step 0 is closed without the liar's second block.
  for (const v1::WindowResult& answer : Take(good)) cluster_.Say(good, answer);
  Answers own = Take(liar);
  ASSERT_EQ(own.size(), 2u);
  cluster_.Say(liar, own[0]);
  ASSERT_EQ(cluster_.Summary("toy").step(), 1);
  const uint32_t behind = own[1].block();
  own[1].mutable_particles(0)->set_sum_plus(0.001);
  cluster_.Say(liar, own[1]);
  Answers next = Take(liar);
  const auto went_on = std::ranges::find(next, behind, &v1::WindowResult::block);
  ASSERT_NE(went_on, next.end());
  EXPECT_EQ(went_on->step(), 1);
  next[0].mutable_particles(0)->set_sum_plus(1e30);
  cluster_.Say(liar, next[0]);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("quarantined"));
  Honest(good);
  Run();
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED) << cluster_.Events("toy");
  const auto rows = Rows();
  int64_t window = 0;
  for (const StepRow& row : rows) {
    for (const CountedWindow& counted : row.windows) {
      if (counted.block != behind) continue;
      EXPECT_EQ(counted.step, window);
      ++window;
    }
    for (const ParticleScalars& particle : row.particles) EXPECT_NE(particle.sum_plus, 0.001);
  }
  ExpectReplays(store_, folder_.path());
}

// A full disk between closing and committing an outer step: what comes meanwhile is not lost.
class FullStore : public MemoryStore {
 public:
  absl::Status CommitStep(const std::string& job, const StepRow& row) override {
    if (full) return absl::ResourceExhaustedError("no room");
    return MemoryStore::CommitStep(job, row);
  }
  bool full = false;
};

TEST_F(AggregationTest, AnswersThatComeWhileAnOuterStepIsStoredCountInTheNext) {
  v1::JobConfig of_whole_episodes = QuorumConfig(2);
  of_whole_episodes.mutable_estimator()->mutable_full_es()->set_sigma(0.02);
  for (const v1::JobConfig& config : {AsyncConfig(2, 3), QuorumConfig(2), of_whole_episodes}) {
    TemporaryFolder folder;
    FullStore store;
    FakeCluster cluster(store, folder.path());
    cluster.Start();
    const WorkerId one = cluster.Join("one"), other = cluster.Join("other");
    cluster.Submit(config);
    store.full = true;
    for (const auto& answer : cluster.worker(one).Answers(cluster.coordinator())) {
      cluster.Say(one, answer);
    }
    for (const auto& answer : cluster.worker(other).Answers(cluster.coordinator())) {
      cluster.Say(other, answer);
    }
    EXPECT_EQ(cluster.Summary("toy").step(), 0);
    store.full = false;
    for (int quarter = 0; quarter < 20; ++quarter) cluster.Quarter();
    EXPECT_GE(cluster.Summary("toy").step(), 1);
    cluster.Work("toy");
    EXPECT_EQ(cluster.State("toy"), v1::JOB_STATE_SUCCEEDED) << cluster.Events("toy");
    EXPECT_EQ(cluster.coordinator().Refusals("toy")->of(Refusal::kEpisodes), 0u);
    ExpectReplays(store, folder.path());
  }
}

// Of a block that is behind, whose auditor is gone, and whose outer step is being stored.
TEST_F(AggregationTest, AnAnswerThatComesAgainWhileItsOuterStepIsStoredCountsOnce) {
  TemporaryFolder folder;
  FullStore store;
  FakeCluster cluster(store, folder.path());
  cluster.set_audit_rate(1);
  cluster.Start();
  const WorkerId one = cluster.Join("one"), two = cluster.Join("two");
  cluster.Submit(AsyncConfig(2, 3));
  const Answers of_one = cluster.worker(one).Answers(cluster.coordinator());
  const Answers of_two = cluster.worker(two).Answers(cluster.coordinator());
  ASSERT_EQ(of_one.size(), 4u) << "its own two, and two to check";
  ASSERT_EQ(of_two.size(), 4u);
  const auto say = [&](WorkerId id, const Answers& answers, uint32_t block) {
    cluster.Say(id, *std::ranges::find(answers, block, &v1::WindowResult::block));
  };
  // Blocks 0 and 2 are the first one's.
  for (const uint32_t block : {0, 2}) {
    say(one, of_one, block);
    say(two, of_two, block);
  }
  ASSERT_EQ(cluster.Summary("toy").step(), 1);
  say(two, of_two, 1);  // its auditor has not answered
  cluster.Lose(one);
  store.full = true;
  say(two, of_two, 3);
  ASSERT_EQ(cluster.Summary("toy").step(), 1);
  say(two, of_two, 1);
  store.full = false;
  for (int quarter = 0; quarter < 20; ++quarter) cluster.Quarter();
  EXPECT_EQ(cluster.Summary("toy").step(), 2);
  cluster.Work("toy");
  EXPECT_EQ(cluster.State("toy"), v1::JOB_STATE_SUCCEEDED) << cluster.Events("toy");
  ExpectReplays(store, folder.path());
}

// Everything at once, at random, on a real store: what is stored makes θ, whatever happened.
TEST_F(AggregationTest, WhateverHappensTheStoredAnswersMakeTheta) {
  int restarts = 0;
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    for (v1::JobConfig config : {QuorumConfig(2), QuorumConfig(3, 2), AsyncConfig(2, 3)}) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << config.aggregation());
      if (seed % 2 == 0) {
        config.mutable_estimator()->mutable_pes()->set_window(5);
        config.mutable_estimator()->mutable_pes()->set_sigma(0.02);
      }
      TemporaryFolder folder;
      auto store = SqliteStore::Open(folder.path() + "/coordinator.db");
      ASSERT_TRUE(store.ok()) << store.status();
      FakeCluster cluster(**store, folder.path());
      cluster.set_audit_rate(0.2);
      cluster.KeepInMemory(1000);
      cluster.Start();
      cluster.Submit(config);
      Post post(seed);
      for (int turn = 0; turn < 20'000 && cluster.State("toy") == v1::JOB_STATE_RUNNING; ++turn) {
        const std::vector<WorkerId> ids = cluster.ids();
        const uint32_t dice = post.Draw(100);
        if (ids.empty() || (dice < 4 && ids.size() < 4)) {
          cluster.Join("w", "cpu", 1 + post.Draw(2));
        } else if (dice < 7) {
          cluster.Lose(ids[post.Draw(static_cast<uint32_t>(ids.size()))]);
        } else if (dice < 9) {
          cluster.Start();
          post.Lose();
          ++restarts;
        } else if (dice < 18) {
          post.Repeat(cluster);
        } else if (dice < 20) {
          post.LoseOne();
        } else if (dice < 30) {
          for (uint32_t quarters = 1 + post.Draw(16); quarters > 0; --quarters) cluster.Quarter();
        } else {
          post.Collect(cluster);
          post.Deliver(cluster);
        }
      }
      ASSERT_EQ(cluster.State("toy"), v1::JOB_STATE_SUCCEEDED) << cluster.Events("toy");
      EXPECT_THAT(cluster.Events("toy"), Not(HasSubstr("quarantined")));
      ExpectReplays(**store, folder.path());
    }
  }
  EXPECT_GT(restarts, 60) << "no chaos";
}

}  // namespace
}  // namespace paceline
