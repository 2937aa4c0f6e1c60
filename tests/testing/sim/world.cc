#include "tests/testing/sim/world.h"

#include <sqlite3.h>

#include "gtest/gtest.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

// Within it all jobs end once nothing goes wrong any more: a worker that was late may sit on the
// bench for an hour.
constexpr std::chrono::hours kPatience{3};

}  // namespace

SimWorld::SimWorld(const SimPlan& plan, uint64_t seed, const std::string& folder,
                   Failpoints& failpoints)
    : plan_(plan),
      rig_(plan, seed, folder, failpoints),
      random_(rig_.random.Fork()),
      server_(rig_, folder + "/data"),
      client_(rig_, server_) {
  // Its own random numbers, which end up in its log.
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(seed | 1), nullptr);
  for (const SimWorkerTraits& traits : plan.workers) AddWorker(traits);
}

SimOutcome SimWorld::Run() {
  const SteadyTime began = rig_.timeline.now();
  for (const v1::JobConfig& job : plan_.jobs) rig_.ledger.Expect(job);
  if (plan_.failing_syncs > 0) rig_.ledger.ExpectFailingSyncs();
  rig_.timeline.In(0s, [this] { server_.Start(); });
  for (const v1::JobConfig& job : plan_.jobs) {
    rig_.timeline.In(random_.Between(0ms, 2000ms), [this, &job] { client_.Submit(job); });
  }
  for (const auto& worker : workers_) worker->Begin();
  BeginFaults();
  rig_.timeline.In(plan_.faults_last, [this] { EndFaults(); });
  const SteadyTime limit = began + plan_.faults_last + kPatience;
  while (!(server_.all_ended() && rig_.calm) && rig_.timeline.now() < limit &&
         !::testing::Test::HasFailure()) {
    rig_.timeline.Step();
  }
  EXPECT_LT(rig_.timeline.now(), limit) << "the jobs do not end";
  if (!::testing::Test::HasFailure()) server_.CheckEnd();
  rig_.trace.Add("end", rig_.disk.calls());
  return {
      .digest = rig_.trace.digest(),
      .events = rig_.trace.events(),
      .lives = server_.lives(),
      .virtual_time = std::chrono::duration_cast<std::chrono::seconds>(rig_.timeline.now() - began),
      .answer_times = server_.answer_times(),
      .tail = rig_.trace.Tail()};
}

void SimWorld::AddWorker(const SimWorkerTraits& traits) {
  workers_.push_back(
      std::make_unique<SimWorker>(rig_, server_, static_cast<int>(workers_.size()), traits));
}

// ---- what goes wrong

void SimWorld::Often(std::chrono::milliseconds mean, Fault fault) {
  if (mean == 0ms) return;
  rig_.timeline.In(random_.Between(0ms, 2 * mean), [this, mean, fault] {
    if (rig_.calm) return;
    (this->*fault)();
    Often(mean, fault);
  });
}

void SimWorld::BeginFaults() {
  rig_.network.SetFaults(plan_.network);
  const SimRates& rates = plan_.rates;
  Often(rates.partition, &SimWorld::Partition);
  Often(rates.stop, &SimWorld::StopWorker);
  Often(rates.hang, &SimWorld::HangWorker);
  Often(rates.kill, &SimWorld::KillWorker);
  Often(rates.leave, &SimWorld::WorkerLeaves);
  Often(rates.join, &SimWorld::WorkerJoins);
  Often(rates.coordinator_kill, &SimWorld::KillCoordinator);
  Often(rates.coordinator_stop, &SimWorld::StopCoordinator);
  Often(rates.coordinator_stall, &SimWorld::StallCoordinator);
  Often(rates.full_disk, &SimWorld::FillDisk);
  Often(rates.pause, &SimWorld::PauseJob);
}

// What was begun ends by itself, but that hung workers may stay so. Somebody in order is there.
void SimWorld::EndFaults() {
  rig_.trace.Add("calm");
  rig_.calm = true;
  rig_.network.SetFaults({});
  rig_.disk.SetFull(false);
  rig_.disk.Spare();
  if (!plan_.hung_stay_so) {
    for (const auto& worker : workers_) worker->EndHang();
  }
  AddWorker({});
  workers_.back()->Begin();
}

SimWorker* SimWorld::SomeWorker() { return workers_[random_.Below(workers_.size())].get(); }

void SimWorld::Partition() {
  const auto number = static_cast<int>(random_.Below(workers_.size()));
  const SteadyTime until = rig_.timeline.now() + random_.Between(200ms, 15'000ms);
  const uint64_t kind = random_.Below(3);
  constexpr const char* kNames[] = {"partition", "partition upwards", "partition downwards"};
  rig_.failpoints.Reach("network", kNames[kind]);
  rig_.trace.Add(kNames[kind], static_cast<uint64_t>(number));
  if (kind != 2) rig_.network.Hold(number, Way::kUp, until);
  if (kind != 1) rig_.network.Hold(number, Way::kDown, until);
}

void SimWorld::StopWorker() {
  SomeWorker()->StopUntil(rig_.timeline.now() + random_.Between(500ms, 15'000ms));
}

void SimWorld::HangWorker() {
  SimWorker* worker = SomeWorker();
  const bool for_ever = random_.Chance(0.3);
  worker->HangUntil(for_ever ? SimWorker::kForEver
                             : rig_.timeline.now() + random_.Between(1000ms, 100'000ms));
}

void SimWorld::KillWorker() {
  SimWorker* worker = SomeWorker();
  worker->Die(random_.Chance(0.3));
  if (random_.Chance(0.3)) return;
  rig_.timeline.In(random_.Between(100ms, 5000ms), [worker] { worker->Begin(); });
}

void SimWorld::WorkerLeaves() { SomeWorker()->Leave(); }

void SimWorld::WorkerJoins() {
  SimWorker* worker = SomeWorker();
  if (worker->alive() && workers_.size() < plan_.most_workers) {
    rig_.failpoints.Reach("worker", "joins");
    AddWorker({.threads = static_cast<uint32_t>(1 + random_.Below(2)), .window = 200ms});
    worker = workers_.back().get();
  }
  worker->Begin();
}

void SimWorld::KillCoordinator() { server_.Kill(random_.Chance(plan_.power_losses)); }

void SimWorld::StallCoordinator() { server_.Stall(random_.Between(500ms, 8000ms)); }

void SimWorld::FillDisk() {
  if (rig_.disk.full()) return;
  rig_.trace.Add("disk full");
  rig_.disk.SetFull(true);
  rig_.timeline.In(random_.Between(500ms, 6000ms), [this] {
    rig_.trace.Add("disk not full");
    rig_.disk.SetFull(false);
  });
}

void SimWorld::PauseJob() { client_.Pause(plan_.jobs[random_.Below(plan_.jobs.size())].name()); }

}  // namespace paceline
