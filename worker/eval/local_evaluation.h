// An evaluation computed by this process's threads.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/suite/outcome_store.h"
#include "common/suite/plan.h"
#include "worker/data/dataset.h"

namespace paceline {

struct LocalEvaluation {
  // θ by its digest, of every learned optimizer in the plan.
  std::map<std::string, std::vector<float>> thetas;
  int threads = 1;
  OutcomeStore* store = nullptr;  // null: everything is computed
  // Told of progress after every unit, from any thread, one at a time; `computed`: work of units
  // that were not in the store.
  std::function<void(const PlanProgress& progress, double computed)> say = {};
};

// Errors as MakeTask and RunUnit; the first one ends it.
absl::StatusOr<v1::Evaluation> EvaluateHere(EvaluationPlan& plan, DataStore& data,
                                            const LocalEvaluation& how);

}  // namespace paceline
