// A coordinator and workers that compute a toy function of θ, all in one thread and in any order.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/estimator/episodes.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/store/store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/sim/fake_evaluators.h"

namespace paceline {

// Four blocks of three particles, episodes of four windows, quadratics, 12 outer steps.
v1::JobConfig ToyConfig(const std::string& name = "toy");
// The answer of any healthy worker: depends on the question and on every bit of θ.
v1::WindowResult ToyAnswer(const v1::JobConfig& config, const v1::RunWindows& run, uint32_t block);

// Keeps the rules of worker.proto and checks that the coordinator does.
class FakeWorker : public WorkerLink {
 public:
  void Send(SharedMessage message) override;
  void Close(const std::string& reason) override { closed_ = reason; }

  // Answers to everything that was asked for since the last call. A block whose state the worker
  // does not hold is made again with what FetchTheta gives.
  std::vector<v1::WindowResult> Answers(Coordinator& coordinator);

  bool asked() const { return !questions_.empty(); }
  bool knows(const std::string& job) const { return jobs_.contains(job); }
  int thetas_received() const { return thetas_received_; }
  int heartbeats() const { return heartbeats_; }
  const std::string& closed() const { return closed_; }
  // Why it has no part in a job, if it was told.
  const std::string& refused() const { return refused_; }
  const std::set<uint32_t>& released() const { return released_; }
  // Outer step of the newest θ seen, −1: none.
  int64_t newest_theta() const { return thetas_.empty() ? -1 : thetas_.rbegin()->first; }
  uint64_t welcome() const { return welcome_; }
  // What it was asked of evaluations, if it offers to compute units.
  FakeEvaluator& evaluator() { return evaluator_; }

 private:
  void TakeRun(const v1::RunWindows& run);
  // A block's state, as far as a toy function has one.
  struct Held {
    int64_t next_step = 0;
    ParticleEpisodes episodes;
  };
  void MakeAgain(Coordinator& coordinator, const v1::RunWindows& run, uint32_t block);
  v1::WindowResult RunWindow(const v1::RunWindows& run, uint32_t block);

  uint64_t welcome_ = 0;
  std::map<std::string, v1::JobConfig> jobs_;
  std::map<int64_t, uint64_t> thetas_;  // step → hash, of the newest job
  std::map<uint32_t, Held> held_;       // by block
  std::vector<std::pair<v1::RunWindows, uint32_t>> questions_;
  std::set<uint32_t> released_;
  int thetas_received_ = 0;
  int heartbeats_ = 0;
  std::string closed_;
  std::string refused_;
  FakeEvaluator evaluator_;
};

class FakeCluster : public JobObserver {
 public:
  // Both outlive the cluster.
  FakeCluster(Store& store, std::string data_folder)
      : store_(store), data_folder_(std::move(data_folder)) {}

  // From the next start on.
  void KeepCheckpoints(int64_t count) { keep_checkpoints_ = count; }
  void KeepInMemory(uint64_t bytes) { history_memory_bytes_ = bytes; }
  // (Re)starts the coordinator on the store; all workers are gone.
  void Start();
  absl::Status TryStart();
  Coordinator& coordinator() { return *coordinator_; }
  FakeClock& clock() { return clock_; }
  // From the next start on.
  void set_audit_rate(double rate) { audit_rate_ = rate; }

  std::string Submit(const v1::JobConfig& config, const std::string& request_id = "");
  // The fingerprint is that of every tier.
  WorkerId Join(const std::string& name = "w", const std::string& fingerprint = "cpu",
                uint32_t threads = 1, uint64_t memory_bytes = 0);
  WorkerId JoinWith(const std::string& name, const TierFingerprints& fingerprints,
                    uint32_t threads = 1, uint64_t memory_bytes = 0);
  // One that has loaded plug-ins with these digests.
  WorkerId JoinWithPlugins(const std::string& name, const std::vector<std::string>& digests);
  // One of an older build, or a newer one.
  WorkerId JoinSpeaking(const std::string& name, uint32_t protocol);
  // One that computes units of evaluations as well.
  WorkerId JoinEvaluator(const std::string& name = "w");
  FakeWorker& worker(WorkerId id) { return *workers_.at(id); }
  std::vector<WorkerId> ids() const;
  void Lose(WorkerId id);
  void Say(WorkerId id, const v1::WindowResult& result);
  void Fail(WorkerId id, const v1::WindowResult& about, const std::string& message,
            bool permanent = false);
  void Heartbeat(WorkerId id);
  // A quarter of a second passes, in which all workers but `silent` send a heartbeat.
  void Quarter(const std::set<WorkerId>& silent = {});
  // The worker tells which data it reads for the job.
  void TellData(WorkerId id, const std::string& job,
                const std::map<std::string, std::string>& digests);

  // Workers answer in turn until nobody is asked any more, or `steps` more outer steps are done.
  void Work(const std::string& job, int64_t steps = 1'000'000);
  // Workers answer units of evaluations until nobody is asked any more, or that many answers were
  // given.
  void Evaluate(int answers = 1'000'000);
  void JobChanged(const std::string&) override {}
  v1::JobSummary Summary(const std::string& job);
  v1::JobState State(const std::string& job) { return Summary(job).state(); }
  // θ hashes of all outer steps done.
  std::vector<uint64_t> Hashes(const std::string& job);
  // All events of the job, a line each.
  std::string Events(const std::string& job);

 private:
  Store& store_;
  const std::string data_folder_;
  int64_t keep_checkpoints_ = 20;
  uint64_t history_memory_bytes_ = kHistoryMemoryBytes;
  double audit_rate_ = 0;
  FakeClock clock_;
  WorkerId JoinWith(const v1::Hello& hello);
  bool TellEvaluationData(WorkerId id);
  bool AnswerUnit(WorkerId id);

  std::unique_ptr<Coordinator> coordinator_;
  std::map<WorkerId, std::shared_ptr<FakeWorker>> workers_;
};

}  // namespace paceline
