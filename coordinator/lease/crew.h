// How the workers of one job have done so far, and what may be asked of each.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/lease/believed.h"
#include "coordinator/lease/conduct.h"
#include "coordinator/roster/roster.h"
#include "coordinator/schedule/schedule.h"

namespace paceline {

// A worker that may work on the job as far as its engine and data go.
struct Candidate {
  WorkerId id{};
  uint32_t threads = 1;  // that it claims
  int64_t room = 0;      // blocks that its memory holds
  int64_t owned = 0;     // blocks that it has
};

// Answers that a second worker was asked for too, and those of them that differed.
struct AuditCounts {
  uint64_t audits = 0, mismatches = 0;

  void Add(const AuditCounts& others) {
    audits += others.audits;
    mismatches += others.mismatches;
  }
};

// Not thread-safe. Lives as long as the coordinator knows the job: who is quarantined stays so.
class Crew {
 public:
  // A worker that fails this often in a row gets no more of the job.
  static constexpr int kMaxFailures = 3;

  void Answered(WorkerId worker);
  // It has answered all that it was asked in this outer step, and was not late.
  void EndGoodStep(WorkerId worker, int64_t step);
  // A lease of it ran out; of several in one outer step the first counts. True: it is the first.
  bool Missed(WorkerId worker, int64_t step, SteadyTime now, std::chrono::nanoseconds lease);
  void Failed(WorkerId worker);
  // Counts it; true if the worker gets no more of the job from now on.
  bool Refused(WorkerId worker, Refusal refusal);
  void Quarantine(WorkerId worker) { workers_[worker].quarantined = true; }
  void CountAudit() { ++audits_.audits; }
  void CountAuditMismatch() { ++audits_.mismatches; }
  // It has left the coordinator.
  void Forget(WorkerId worker) { workers_.erase(worker); }

  bool HasAnswered(WorkerId worker) const { return StandingOf(worker).answered; }
  bool IsQuarantined(WorkerId worker) const { return StandingOf(worker).quarantined; }
  // It gets no more of the job, for either reason.
  bool GaveUpOn(WorkerId worker) const;
  // It is not one that was late a short while ago.
  bool IsReliable(WorkerId worker, SteadyTime now) const;
  const RefusalCounts& refusals() const { return refusals_; }
  const AuditCounts& audits() const { return audits_; }

  // What the planner is told of those that may work: as many threads as they are believed to have;
  // who was late a short while ago keeps what it has and gets no more, unless all are so.
  std::vector<ScheduleWorker> Fit(const std::vector<Candidate>& candidates, SteadyTime now) const;

 private:
  struct Standing {
    bool answered = false;
    bool quarantined = false;
    int failures = 0;  // since the last accepted answer
    int violations = 0;
    int good_steps = 0;
    int misses = 0;
    int64_t missed_step = -1;  // the newest
    SteadyTime benched_until{};
  };

  Standing StandingOf(WorkerId worker) const;
  ClaimsAround Around(const std::vector<Candidate>& candidates) const;

  std::map<WorkerId, Standing> workers_;
  RefusalCounts refusals_;
  AuditCounts audits_;
};

}  // namespace paceline
