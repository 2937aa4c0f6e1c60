// What the coordinator has promised, and whether it keeps it: the θ that it shows are those of a
// job that nothing disturbs, each was durable before it was shown, and none is ever lost.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/estimator/aggregation.h"
#include "coordinator/store/store.h"
#include "tests/testing/sim/answers.h"
#include "tests/testing/sim/failpoints.h"

namespace paceline {

// Complains through GoogleTest.
class SimLedger {
 public:
  explicit SimLedger(Failpoints& failpoints) : failpoints_(failpoints) {}

  void Expect(const v1::JobConfig& config);
  // Which may cost checkpoints: a longer replay.
  void ExpectFailingSyncs() { syncs_fail_ = true; }
  // Its name, as the coordinator acknowledged it.
  void Submitted(const std::string& job) { jobs_.at(job).submitted = true; }
  // A worker is sent θ of that step. True: it is the newest so far.
  bool Show(const std::string& job, int64_t step, uint64_t theta_hash);
  // θ need not be sent at once after its commit.
  bool MayShowLate(const std::string& job) const { return IsAsync(jobs_.at(job).config); }
  // Somebody is told that so many outer steps are done.
  void Acknowledge(const std::string& job, int64_t steps);

  // A coordinator has just opened the store, or ends.
  void Check(Store& store);
  // All of them have ended: as Check, and every outer step is there.
  void CheckEnd(Store& store);

 private:
  struct Job {
    v1::JobConfig config;
    SimReference reference;  // empty unless the aggregation is strict
    bool submitted = false;
    int64_t shown = 0;
    std::map<int64_t, uint64_t> hashes;  // that were shown
  };
  void CheckSteps(const std::string& name, Job& job, Store& store);
  void CountEvent(const std::string& text);
  bool IsRight(Job& job, int64_t step, uint64_t theta_hash);

  Failpoints& failpoints_;
  bool syncs_fail_ = false;
  std::map<std::string, Job> jobs_;
};

}  // namespace paceline
