#include "coordinator/lease/crew.h"

#include <algorithm>

#include "coordinator/lease/answer_times.h"
#include "coordinator/lease/bench.h"

namespace paceline {

void Crew::Answered(WorkerId worker) {
  Standing& own = workers_[worker];
  own.answered = true;
  own.failures = 0;
}

void Crew::EndGoodStep(WorkerId worker, int64_t step) {
  Standing& own = workers_[worker];
  if (own.missed_step == step) return;
  ++own.good_steps;
  if (own.good_steps >= kGoodStepsToForget) own.misses = 0;
}

bool Crew::Missed(WorkerId worker, int64_t step, SteadyTime now, std::chrono::nanoseconds lease) {
  Standing& own = workers_[worker];
  if (own.missed_step == step) return false;
  own.missed_step = step;
  own.good_steps = 0;
  own.benched_until = now + BenchTime(++own.misses, lease);
  return true;
}

void Crew::Failed(WorkerId worker) { ++workers_[worker].failures; }

bool Crew::Refused(WorkerId worker, Refusal refusal) {
  refusals_.Add(refusal);
  Standing& own = workers_[worker];
  if (!IsQuarantinedAfter(refusal, own.violations) || own.quarantined) return false;
  own.quarantined = true;
  return true;
}

bool Crew::GaveUpOn(WorkerId worker) const {
  const Standing own = StandingOf(worker);
  return own.quarantined || own.failures >= kMaxFailures;
}

bool Crew::IsReliable(WorkerId worker, SteadyTime now) const {
  return !GaveUpOn(worker) && StandingOf(worker).benched_until <= now;
}

std::vector<ScheduleWorker> Crew::Fit(const std::vector<Candidate>& candidates,
                                      SteadyTime now) const {
  std::vector<Candidate> fit;
  std::ranges::copy_if(candidates, std::back_inserter(fit),
                       [this](const Candidate& own) { return own.room > 0 && !GaveUpOn(own.id); });
  const bool any =
      std::ranges::any_of(fit, [&](const Candidate& own) { return IsReliable(own.id, now); });
  const ClaimsAround around = Around(fit);
  std::vector<ScheduleWorker> workers;
  for (const Candidate& own : fit) {
    const Claim claim{.threads = own.threads, .good_steps = StandingOf(own.id).good_steps};
    const bool benched = any && !IsReliable(own.id, now);
    workers.push_back({.id = own.id,
                       .threads = BelievedThreads(claim, around),
                       .max_blocks = benched ? std::min(own.room, own.owned) : own.room});
  }
  return workers;
}

Crew::Standing Crew::StandingOf(WorkerId worker) const {
  const auto found = workers_.find(worker);
  return found == workers_.end() ? Standing() : found->second;
}

ClaimsAround Crew::Around(const std::vector<Candidate>& candidates) const {
  std::vector<double> threads;
  bool answered = false;
  for (const Candidate& own : candidates) {
    threads.push_back(own.threads);
    answered = answered || HasAnswered(own.id);
  }
  return {.typical_threads = static_cast<uint32_t>(LowerMedian(std::move(threads)).value_or(1)),
          .answered = answered};
}

}  // namespace paceline
