// The units of an evaluation, what each of them leads to, and what comes of them all. Pure: units
// are computed by whoever holds the plan, in any order; the result does not depend on it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "common/suite/baseline_search.h"
#include "common/suite/cases.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

struct PlannedUnit {
  uint64_t id = 0;
  v1::EvaluationUnit unit;
};

struct PlanProgress {
  uint64_t units_done = 0, units_known = 0;
  // Of the units' arithmetic, as predicted; more becomes known as searches go on.
  double work_done = 0, work_known = 0;
};

class EvaluationPlan {
 public:
  // `learned` are measured on all cases beside the suite's hand-designed optimizers, which lack on
  // cases that they do not suit. A valid suite.
  EvaluationPlan(const v1::Suite& suite, std::vector<v1::Contestant> learned);

  // The next unit that can be computed; nothing if none can before others are, or at all.
  std::optional<PlannedUnit> Next();
  // The outcome of a unit that Next gave; once.
  void Put(uint64_t id, const v1::UnitOutcome& outcome);

  bool done() const { return progress_.units_done == progress_.units_known && ready_.empty(); }
  const PlanProgress& progress() const { return progress_; }
  const std::vector<v1::EvaluationCase>& cases() const { return cases_; }

  // When done.
  v1::Evaluation Result() const;

 private:
  // One contestant on one case: a search first, if it has one, then its measured runs.
  struct Place {
    uint32_t case_index = 0, contestant = 0;
    std::optional<BaselineSearch> search = {};
    std::vector<double> losses = {};  // [setting of the search's round]
    size_t missing = 0;               // units of the round, or of the runs, that are not back
    uint64_t tuning_steps = 0;
    uint64_t state_bytes = 0;
    std::vector<v1::RunOutcome> runs = {};  // [run]
  };
  struct Asked {  // what a unit is for
    size_t place = 0;
    bool tuning = false;
    size_t first = 0;  // setting of the round, or run
    double work = 0;
  };

  void Begin(size_t place);
  void AskRound(size_t place);
  void AskRuns(size_t place);
  void Ask(v1::EvaluationUnit unit, const Asked& asked);
  // Task, engine, horizon and optimizer of a place.
  v1::EvaluationUnit UnitOf(const Place& place) const;
  const v1::EvaluationCase& CaseOf(const Place& place) const { return cases_[place.case_index]; }
  void TakeTuning(Place& place, const Asked& asked, const v1::UnitOutcome& outcome);
  void TakeRuns(Place& place, const Asked& asked, const v1::UnitOutcome& outcome);

  const v1::Suite suite_;
  std::vector<v1::EvaluationCase> cases_;
  std::vector<std::vector<ParameterTensor>> tensors_;  // [case]
  std::vector<v1::Contestant> contestants_;
  std::vector<Place> places_;
  std::map<uint64_t, Asked> asked_;  // by id; those that are not back
  std::deque<PlannedUnit> ready_;
  uint64_t next_id_ = 1;
  PlanProgress progress_;
};

}  // namespace paceline
