// The contract: θ depends on the config alone, whatever happens on the way to it.
#include <memory>

#include "coordinator/store/memory_store.h"
#include "coordinator/store/sqlite_store.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_cluster.h"
#include "tests/testing/sim/post.h"

namespace paceline {
namespace {

v1::JobConfig ConfigOf(const std::string& estimator) {
  v1::JobConfig config = ToyConfig();
  v1::Estimator& kind = *config.mutable_estimator();
  if (estimator == "pes") {
    kind.mutable_pes()->set_window(5);
    kind.mutable_pes()->set_sigma(0.02);
  } else if (estimator == "truncated_es") {
    kind.mutable_truncated_es()->set_window(5);
    kind.mutable_truncated_es()->set_sigma(0.02);
  } else if (estimator == "full_es") {
    kind.mutable_full_es()->set_sigma(0.02);
    auto& length = *config.mutable_episode()->mutable_log_uniform();
    length.set_min(3);
    length.set_max(30);
  }
  return config;
}

std::vector<uint64_t> Undisturbed(v1::JobConfig config) {
  config.set_checkpoint_every(100);
  TemporaryFolder folder;
  MemoryStore store;
  FakeCluster cluster(store, folder.path());
  cluster.Start();
  cluster.Join();
  const std::string job = cluster.Submit(config);
  cluster.Work(job);
  EXPECT_EQ(cluster.State(job), v1::JOB_STATE_SUCCEEDED);
  return cluster.Hashes(job);
}

class DeterminismTest : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Estimators, DeterminismTest,
                         ::testing::Values("nres", "pes", "truncated_es", "full_es"),
                         [](const auto& kind) { return std::string(kind.param); });

TEST_P(DeterminismTest, EveryStepHasAThetaOfItsOwn) {
  const std::vector<uint64_t> hashes = Undisturbed(ConfigOf(GetParam()));
  ASSERT_EQ(hashes.size(), 12u);
  EXPECT_EQ(std::set<uint64_t>(hashes.begin(), hashes.end()).size(), 12u);
}

TEST_P(DeterminismTest, TheNumberOfWorkersDoesNotMatter) {
  v1::JobConfig config = ConfigOf(GetParam());
  config.set_checkpoint_every(100);
  const std::vector<uint64_t> expected = Undisturbed(config);
  for (int workers = 2; workers <= 4; ++workers) {
    TemporaryFolder folder;
    MemoryStore store;
    FakeCluster cluster(store, folder.path());
    cluster.Start();
    for (int i = 0; i < workers; ++i) cluster.Join("w", "cpu", 1 + i % 2);
    cluster.Work(cluster.Submit(config));
    EXPECT_EQ(cluster.Hashes("toy"), expected) << workers << " workers";
  }
}

TEST_P(DeterminismTest, ARestartAfterEveryStepDoesNotMatter) {
  const v1::JobConfig config = ConfigOf(GetParam());
  const std::vector<uint64_t> expected = Undisturbed(config);
  TemporaryFolder folder;
  const std::string job = "toy";
  for (int life = 0; life < 20; ++life) {
    auto store = SqliteStore::Open(folder.path() + "/coordinator.db");
    ASSERT_TRUE(store.ok()) << store.status();
    FakeCluster cluster(**store, folder.path());
    cluster.Start();
    if (life == 0) cluster.Submit(config);
    if (cluster.State(job) == v1::JOB_STATE_SUCCEEDED) break;
    ASSERT_EQ(cluster.Summary(job).step(), life);
    cluster.Join();
    cluster.Work(job, 1);
  }
  auto store = SqliteStore::Open(folder.path() + "/coordinator.db");
  ASSERT_TRUE(store.ok()) << store.status();
  FakeCluster cluster(**store, folder.path());
  EXPECT_EQ(cluster.Hashes(job), expected);
}

// Everything at once, at random: answers out of order, twice and late, or never, so that others are
// asked too; audits; workers that come and go in the middle of a step; restarts of the coordinator.
class Chaos {
 public:
  Chaos(uint32_t seed, Store& store, const std::string& folder)
      : post_(seed), cluster_(store, folder) {
    cluster_.set_audit_rate(0.2);
    cluster_.Start();
  }

  void Run(const v1::JobConfig& config) {
    const std::string job = cluster_.Submit(config);
    for (int turn = 0; turn < 10'000 && cluster_.State(job) == v1::JOB_STATE_RUNNING; ++turn) {
      Turn();
    }
    EXPECT_EQ(cluster_.State(job), v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(cluster_.Events(job).find("quarantined"), std::string::npos) << cluster_.Events(job);
    were_late_ += cluster_.Events(job).find("is late") != std::string::npos;
  }
  // Whether leases ran out.
  int were_late() const { return were_late_; }
  FakeCluster& cluster() { return cluster_; }

 private:
  void Turn() {
    const std::vector<WorkerId> ids = cluster_.ids();
    const uint32_t dice = post_.Draw(100);
    if (ids.empty() || (dice < 4 && ids.size() < 4)) {
      cluster_.Join("w", "cpu", 1 + post_.Draw(2));
    } else if (dice < 8) {
      cluster_.Lose(ids[post_.Draw(static_cast<uint32_t>(ids.size()))]);
    } else if (dice < 10) {
      cluster_.Start();
      post_.Lose();
    } else if (dice < 20) {
      post_.Repeat(cluster_);
    } else if (dice < 23) {
      post_.LoseOne();
    } else if (dice < 40) {
      for (uint32_t quarters = 1 + post_.Draw(16); quarters > 0; --quarters) cluster_.Quarter();
    } else {
      post_.Collect(cluster_);
      post_.Deliver(cluster_);
    }
  }

  Post post_;
  FakeCluster cluster_;
  int were_late_ = 0;
};

TEST_P(DeterminismTest, NothingThatHappensMatters) {
  const v1::JobConfig config = ConfigOf(GetParam());
  const std::vector<uint64_t> expected = Undisturbed(config);
  int were_late = 0;
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    TemporaryFolder folder;
    MemoryStore store;
    Chaos chaos(seed, store, folder.path());
    chaos.Run(config);
    were_late += chaos.were_late();
    EXPECT_EQ(chaos.cluster().Hashes("toy"), expected);
  }
  EXPECT_GT(were_late, 2) << "no chaos";
}

}  // namespace
}  // namespace paceline
