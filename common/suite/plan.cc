#include "common/suite/plan.h"

#include <algorithm>
#include <limits>

#include "common/baseline/flops.h"
#include "common/lopt/family.h"
#include "common/suite/keys.h"
#include "common/task/facts.h"

namespace paceline {
namespace {

// Runs of a unit: a function of the suite alone, since LibTorch's bits depend on how many runs are
// computed together.
constexpr uint32_t kRunsPerUnit = 5;
// Of a loss and gradient whose arithmetic is not counted.
constexpr double kUnknownFlops = 1e5;

// The loss by which settings are compared.
double TuningLoss(const v1::UnitOutcome& outcome) {
  double sum = 0;
  for (const v1::RunOutcome& run : outcome.runs()) {
    if (run.diverged()) return std::numeric_limits<double>::infinity();
    sum += run.training_loss();
  }
  return sum / outcome.runs_size();
}

// Of an update of its optimizer.
double OptimizerFlops(const v1::EvaluationUnit& unit, const std::vector<ParameterTensor>& tensors) {
  if (unit.has_baseline()) return BaselineFlops(unit.baseline(), tensors);
  const v1::LearnedOptimizer& optimizer = unit.trained().optimizer();
  return FamilyOf(optimizer).flops(optimizer, tensors);
}

uint32_t TuningSeeds(const v1::Suite& suite) { return std::max(1u, suite.tuning().seeds()); }

}  // namespace

EvaluationPlan::EvaluationPlan(const v1::Suite& suite, std::vector<v1::Contestant> learned)
    : suite_(suite), cases_(CasesOf(suite)), contestants_(std::move(learned)) {
  const size_t of_learned = contestants_.size();
  for (v1::Contestant& baseline : BaselineContestants(suite)) {
    contestants_.push_back(std::move(baseline));
  }
  const auto budgets = BudgetsOf(suite);
  for (uint32_t c = 0; c < cases_.size(); ++c) {
    tensors_.push_back(FactsOf(cases_[c].task()).tensors);
    for (uint32_t i = 0; i < contestants_.size(); ++i) {
      Place place{.case_index = c, .contestant = i};
      if (i >= of_learned) {
        const BaselineRule& rule = *FindBaseline(contestants_[i].rule());
        if (rule.suits != nullptr && !rule.suits(tensors_[c])) continue;
        place.search.emplace(rule, budgets[(i - of_learned) % budgets.size()],
                             KeyFor("search " + contestants_[i].rule(), suite.seed()));
      }
      places_.push_back(std::move(place));
    }
  }
  for (size_t place = 0; place < places_.size(); ++place) Begin(place);
}

std::optional<PlannedUnit> EvaluationPlan::Next() {
  if (ready_.empty()) return std::nullopt;
  PlannedUnit unit = std::move(ready_.front());
  ready_.pop_front();
  return unit;
}

void EvaluationPlan::Put(uint64_t id, const v1::UnitOutcome& outcome) {
  const auto found = asked_.find(id);
  if (found == asked_.end()) return;
  const Asked asked = found->second;
  asked_.erase(found);
  progress_.work_done += asked.work;
  ++progress_.units_done;
  Place& place = places_[asked.place];
  --place.missing;
  asked.tuning ? TakeTuning(place, asked, outcome) : TakeRuns(place, asked, outcome);
  if (place.missing > 0 || !asked.tuning) return;
  place.search->Take(place.losses);
  place.search->round().empty() ? AskRuns(asked.place) : AskRound(asked.place);
}

void EvaluationPlan::Begin(size_t place) {
  const bool searches = places_[place].search && !places_[place].search->round().empty();
  searches ? AskRound(place) : AskRuns(place);
}

v1::EvaluationUnit EvaluationPlan::UnitOf(const Place& place) const {
  v1::EvaluationUnit unit;
  const v1::EvaluationCase& own = CaseOf(place);
  *unit.mutable_task() = own.task();
  unit.set_engine(suite_.engine());
  unit.set_steps(own.steps());
  const v1::Contestant& contestant = contestants_[place.contestant];
  if (place.search) {
    *unit.mutable_baseline() = place.search->best();
  } else {
    *unit.mutable_trained()->mutable_optimizer() = contestant.optimizer();
    unit.mutable_trained()->set_theta_digest(contestant.theta_digest());
  }
  return unit;
}

void EvaluationPlan::AskRound(size_t number) {
  Place& place = places_[number];
  const auto& round = place.search->round();
  place.losses.assign(round.size(), 0);
  place.missing = round.size();
  for (size_t setting = 0; setting < round.size(); ++setting) {
    v1::EvaluationUnit unit = UnitOf(place);
    *unit.mutable_baseline() = round[setting];
    unit.set_key(KeyFor("tuning", suite_.seed()));
    const auto trainings = place.search->TrainingsOf(TuningSeeds(suite_));
    unit.set_first_run(trainings.first);
    unit.set_runs(trainings.count);
    Ask(std::move(unit), {.place = number, .tuning = true, .first = setting});
  }
}

void EvaluationPlan::AskRuns(size_t number) {
  Place& place = places_[number];
  place.runs.resize(suite_.seeds());
  for (uint32_t first = 0; first < suite_.seeds(); first += kRunsPerUnit) {
    v1::EvaluationUnit unit = UnitOf(place);
    unit.set_key(KeyFor("evaluation", suite_.seed()));
    unit.set_first_run(first);
    unit.set_runs(std::min(kRunsPerUnit, suite_.seeds() - first));
    unit.set_held_out_points(suite_.held_out_points());
    ++place.missing;
    Ask(std::move(unit), {.place = number, .tuning = false, .first = first});
  }
}

void EvaluationPlan::Ask(v1::EvaluationUnit unit, const Asked& asked) {
  const Place& place = places_[asked.place];
  const double task_flops = CaseOf(place).task_flops();
  const double optimizer_flops = OptimizerFlops(unit, tensors_[place.case_index]);
  const double steps = static_cast<double>(unit.steps()) * unit.runs();
  const uint64_t id = next_id_++;
  Asked& kept = asked_[id] = asked;
  kept.work = steps * ((task_flops > 0 ? task_flops : kUnknownFlops) + optimizer_flops);
  progress_.work_known += kept.work;
  ++progress_.units_known;
  ready_.push_back({id, std::move(unit)});
}

void EvaluationPlan::TakeTuning(Place& place, const Asked& asked, const v1::UnitOutcome& outcome) {
  place.losses[asked.first] = TuningLoss(outcome);
  place.tuning_steps += CaseOf(place).steps() * outcome.runs_size();
}

void EvaluationPlan::TakeRuns(Place& place, const Asked& asked, const v1::UnitOutcome& outcome) {
  for (int run = 0; run < outcome.runs_size(); ++run) {
    place.runs[asked.first + run] = outcome.runs(run);
  }
  place.state_bytes = outcome.state_bytes();
}

v1::Evaluation EvaluationPlan::Result() const {
  v1::Evaluation result;
  result.set_suite(suite_.name());
  result.set_seed(suite_.seed());
  result.set_seeds(suite_.seeds());
  result.mutable_cases()->Add(cases_.begin(), cases_.end());
  result.mutable_contestants()->Add(contestants_.begin(), contestants_.end());
  for (const Place& place : places_) {
    v1::EvaluationEntry& entry = *result.add_entries();
    entry.set_case_index(place.case_index);
    entry.set_contestant(place.contestant);
    entry.mutable_runs()->Add(place.runs.begin(), place.runs.end());
    entry.set_state_bytes(place.state_bytes);
    entry.set_optimizer_flops(OptimizerFlops(UnitOf(place), tensors_[place.case_index]));
    if (!place.search) continue;
    *entry.mutable_setting() = place.search->best();
    for (const std::string& name : place.search->at_edge()) entry.add_at_edge(name);
    entry.set_trials(place.search->trials());
    entry.set_tuning_inner_steps(place.tuning_steps);
  }
  return result;
}

}  // namespace paceline
