#include <array>

#include "coordinator/metrics/coordinator_families.h"

namespace paceline {
namespace {

constexpr std::array kVerdicts = {Verdict::kAccepted, Verdict::kConfirmed, Verdict::kDuplicate,
                                  Verdict::kConflict, Verdict::kStale,     Verdict::kPassed,
                                  Verdict::kInvalid};

const char* NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccepted:
      return "accepted";
    case Verdict::kConfirmed:
      return "confirmed";
    case Verdict::kDuplicate:
      return "duplicate";
    case Verdict::kConflict:
      return "conflict";
    case Verdict::kStale:
      return "stale";
    case Verdict::kPassed:
      return "passed";
    case Verdict::kInvalid:
      return "invalid";
  }
  return "";
}

const char* NameOf(WorkerState state) {
  switch (state) {
    case WorkerState::kWorking:
      return "working";
    case WorkerState::kIdle:
      return "idle";
    case WorkerState::kMismatched:
      return "mismatched";
    case WorkerState::kGivenUp:
      return "given_up";
  }
  return "";
}

template <typename Key>
double CountOf(const std::map<Key, uint64_t>& counts, Key key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : static_cast<double>(found->second);
}

}  // namespace

void AddAnswerFamilies(const CoordinatorNumbers& numbers, Families& families) {
  const CoordinatorCounts& counts = numbers.counts;
  for (const Verdict verdict : kVerdicts) {
    families.Counter("paceline_answers_total", "Answers of workers, by what became of them.",
                     CountOf(counts.answers, verdict), {{"verdict", NameOf(verdict)}});
  }
  for (int i = 0; i < kRefusals; ++i) {
    const auto refusal = static_cast<Refusal>(i);
    families.Counter("paceline_answers_refused_total",
                     "Answers and failures of workers that were not taken, by why.",
                     static_cast<double>(numbers.refusals.of(refusal)),
                     {{"reason", NameOf(refusal)}});
  }
  families.Counter("paceline_audits_total", "Answers that a second worker was asked for too.",
                   static_cast<double>(numbers.audits.audits));
  families.Counter("paceline_audit_mismatches_total", "Those of them that differed.",
                   static_cast<double>(numbers.audits.mismatches));
  families.Counter("paceline_worker_failures_total", "Windows that workers could not compute.",
                   static_cast<double>(counts.failures));
  families.Counter("paceline_windows_remade_total",
                   "Windows whose block had to be made anew by running its episode again.",
                   static_cast<double>(counts.windows_remade));
  families.Histogram("paceline_answer_age_outer_steps",
                     "Age of the answers that counted: 0 of strict jobs.", counts.answer_ages);
}

void AddWorkerFamilies(const CoordinatorNumbers& numbers, Families& families) {
  const WorkersNumbers& workers = numbers.workers;
  for (const WorkerState state : {WorkerState::kWorking, WorkerState::kIdle,
                                  WorkerState::kMismatched, WorkerState::kGivenUp}) {
    const auto found = workers.by_state.find(state);
    families.Gauge("paceline_workers", "Workers that are connected, by what they do for the job.",
                   found == workers.by_state.end() ? 0 : static_cast<double>(found->second),
                   {{"state", NameOf(state)}});
  }
  for (const auto& [device, count] : workers.by_device) {
    families.Gauge("paceline_workers_by_device", "The same by the kind of device.",
                   static_cast<double>(count), {{"device", device}});
  }
  for (const auto& [version, count] : workers.by_version) {
    families.Gauge("paceline_workers_by_version", "The same by version; few are told apart.",
                   static_cast<double>(count), {{"version", version}});
  }
  families.Counter("paceline_workers_joined_total", "Workers that have joined.",
                   static_cast<double>(numbers.counts.workers_joined));
  families.Counter("paceline_workers_lost_total", "Workers that have left or were lost.",
                   static_cast<double>(numbers.counts.workers_lost));
  families.Gauge("paceline_worker_silence_max_seconds",
                 "How long nothing was heard of the worker that is silent for longest.",
                 workers.longest_silence_seconds);
  families.Gauge("paceline_workers_resident_memory_bytes", "What the workers have in memory.",
                 static_cast<double>(workers.resident_bytes));
  families.Histogram("paceline_worker_inner_steps_per_second",
                     "How fast workers were, each in each outer step.",
                     numbers.counts.worker_speeds);
}

void AddLoopFamilies(const LoopScraper::Scrape& scrape, Families& families) {
  families.Gauge("paceline_scrape_stale",
                 "1 if the coordinator's loop did not answer: what it counts is of an earlier "
                 "scrape.",
                 scrape.stale ? 1 : 0);
  if (!scrape.snapshot) return;
  const CoordinatorNumbers& numbers = scrape.snapshot->numbers;
  AddJobFamilies(numbers, families);
  AddAnswerFamilies(numbers, families);
  AddWorkerFamilies(numbers, families);
  AddEvaluationFamilies(numbers.evaluations, families);
  families.Histogram("paceline_loop_lag_seconds",
                     "How far the coordinator's loop was behind its time, four times a second.",
                     scrape.snapshot->lag);
}

}  // namespace paceline
