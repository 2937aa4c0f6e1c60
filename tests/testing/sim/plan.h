// What a seed means: the job, the workers, and what is to go wrong, each kind in some runs only, so
// that every mixture occurs.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "paceline/v1/job_config.pb.h"
#include "tests/testing/sim/disk.h"
#include "tests/testing/sim/network.h"
#include "tests/testing/sim/random.h"

namespace paceline {

struct SimWorkerTraits {
  std::string name = "honest";
  uint32_t threads = 1;
  std::chrono::milliseconds window{100};  // that one window takes
  bool lies = false;
};

// How often something befalls somebody, on average; 0: never.
struct SimRates {
  std::chrono::milliseconds partition{}, stop{}, hang{}, kill{}, leave{};  // of a worker
  std::chrono::milliseconds join{};
  std::chrono::milliseconds coordinator_kill{}, coordinator_stop{}, coordinator_stall{};
  std::chrono::milliseconds full_disk{}, pause{};
};

struct SimPlan {
  std::vector<v1::JobConfig> jobs;
  std::vector<SimWorkerTraits> workers;
  size_t most_workers = 6;
  // Of the coordinator.
  int64_t keep_checkpoints = 20;
  uint64_t history_memory_bytes = 1 << 20;
  double audit_rate = 0;
  int most_log_pages = 1000;

  std::chrono::milliseconds faults_last{60'000};
  SimRates rates;
  NetworkFaults network;
  double duplicates = 0;          // of answers
  double power_losses = 0;        // of the deaths of a coordinator
  double deaths_at_calls = 0;     // of its lives: it dies at some call of the disk
  double deaths_at_messages = 0;  // while it sends something
  double failing_syncs = 0;
  uint64_t calls = 100;       // within so many
  bool measures = false;      // what answers take of the processor
  bool hung_stay_so = false;  // even after the faults

  DiskFault DrawDiskFault(SimRandom& random) const;
};

SimPlan PlanOf(uint64_t seed, v1::Aggregation aggregation = v1::AGGREGATION_STRICT);
// Many workers that come and go, and a job for them.
SimPlan CrowdPlan(int workers, uint32_t blocks, int64_t steps);

}  // namespace paceline
