// Workers that are slow, silent, broken or lie, beside some in order, under a clock that tests
// move.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/store/memory_store.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_cluster.h"

namespace paceline {

using Answers = std::vector<v1::WindowResult>;
// What a worker makes of the right answers before it sends them.
using Spoil = std::function<void(v1::WindowResult&)>;

inline v1::JobConfig FaultConfig(const std::string& name = "toy") {
  v1::JobConfig config = ToyConfig(name);
  config.mutable_outer()->set_steps(20);
  return config;
}

// θ of every outer step of that job where nothing is wrong.
inline const std::vector<uint64_t>& Undisturbed() {
  static const std::vector<uint64_t> hashes = [] {
    TemporaryFolder folder;
    MemoryStore store;
    FakeCluster cluster(store, folder.path());
    cluster.Start();
    cluster.Join();
    cluster.Work(cluster.Submit(FaultConfig()));
    return cluster.Hashes("toy");
  }();
  return hashes;
}

class FaultTest : public ::testing::Test {
 protected:
  void SetUp() override { cluster_.Start(); }

  Coordinator& coordinator() { return cluster_.coordinator(); }
  bool IsHere(WorkerId id) {
    return std::ranges::count(cluster_.ids(), id) > 0 && cluster_.worker(id).closed().empty();
  }
  Answers Take(WorkerId id) {
    return IsHere(id) ? cluster_.worker(id).Answers(coordinator()) : Answers();
  }
  uint64_t Refused(Refusal refusal) { return coordinator().Refusals("toy")->of(refusal); }

  // A worker answers its questions one after the other, each after `window`; by default at once.
  void Honest(WorkerId id, std::chrono::milliseconds window = {}) {
    Acts(id, [this, id, window, free = SteadyTime{}, due = Letters()]() mutable {
      for (v1::WindowResult& answer : Take(id)) {
        free = std::max(free, cluster_.clock().Now()) + window;
        due.emplace_back(free, std::move(answer));
      }
      while (!due.empty() && due.front().first <= cluster_.clock().Now()) {
        if (IsHere(id)) cluster_.Say(id, due.front().second);
        due.erase(due.begin());
      }
    });
  }
  void Liar(WorkerId id, const Spoil& spoil) {
    Acts(id, [this, id, spoil] {
      for (v1::WindowResult& answer : Take(id)) {
        spoil(answer);
        if (IsHere(id)) cluster_.Say(id, answer);
      }
    });
  }
  void Acts(WorkerId id, std::function<void()> act) { acts_[id] = std::move(act); }

  // Everybody acts every quarter of a second until the job has ended. The time that passed.
  std::chrono::seconds Run(const std::string& job = "toy",
                           std::chrono::seconds limit = std::chrono::seconds(3600)) {
    const SteadyTime begin = cluster_.clock().Now();
    while (cluster_.clock().Now() - begin < limit) {
      for (int turn = 0; turn < 4; ++turn) {
        for (const auto& [id, act] : acts_) act();
      }
      if (Ended(job)) break;
      cluster_.Quarter(silent_);
    }
    return std::chrono::duration_cast<std::chrono::seconds>(cluster_.clock().Now() - begin);
  }
  bool Ended(const std::string& job) {
    const v1::JobState state = cluster_.State(job);
    return state == v1::JOB_STATE_SUCCEEDED || state == v1::JOB_STATE_FAILED;
  }
  void ExpectUndisturbed() {
    EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED) << cluster_.Events("toy");
    EXPECT_EQ(cluster_.Hashes("toy"), Undisturbed());
  }

  using Letters = std::vector<std::pair<SteadyTime, v1::WindowResult>>;
  TemporaryFolder folder_;
  MemoryStore store_;
  FakeCluster cluster_{store_, folder_.path()};
  std::map<WorkerId, std::function<void()>> acts_;
  std::set<WorkerId> silent_;
};

}  // namespace paceline
