// One simulated run: a coordinator, workers, a person, a network and a disk, with what the plan
// lets go wrong, until all jobs have ended. In one thread, under a clock of its own: the same plan
// and seed give the same run.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/testing/sim/client.h"
#include "tests/testing/sim/rig.h"
#include "tests/testing/sim/server.h"
#include "tests/testing/sim/worker.h"

namespace paceline {

struct SimOutcome {
  std::string digest;  // of all that happened
  uint64_t events = 0;
  int lives = 0;  // of the coordinator
  std::chrono::seconds virtual_time{};
  std::vector<std::chrono::nanoseconds> answer_times;  // if the plan measures
  std::string tail;                                    // the end of the trace, in words
};

class SimWorld {
 public:
  // `folder` is empty and the run's own.
  SimWorld(const SimPlan& plan, uint64_t seed, const std::string& folder, Failpoints& failpoints);
  // Complains through GoogleTest.
  SimOutcome Run();
  SimDisk& disk() { return rig_.disk; }

 private:
  using Fault = void (SimWorld::*)();
  // Again and again, that far apart on average, as long as things go wrong.
  void Often(std::chrono::milliseconds mean, Fault fault);
  void BeginFaults();
  void EndFaults();
  SimWorker* SomeWorker();
  void Partition();
  void StopWorker();
  void HangWorker();
  void KillWorker();
  void WorkerLeaves();
  void WorkerJoins();
  void KillCoordinator();
  void StopCoordinator() { server_.Stop(); }
  void StallCoordinator();
  void FillDisk();
  void PauseJob();
  void AddWorker(const SimWorkerTraits& traits);

  const SimPlan& plan_;
  SimRig rig_;
  SimRandom random_;
  SimServer server_;
  SimClient client_;
  std::vector<std::unique_ptr<SimWorker>> workers_;
};

}  // namespace paceline
