// The plans of rules with statistics of matrices (kronecker.h).
#pragma once

#include <utility>

#include "worker/baselines/rules/kronecker.h"
#include "worker/baselines/rules/request.h"

namespace paceline {

// Fills in the plan and gives every tensor its state; those that have a side of at most
// `largest_side` become matrices.
std::vector<RuleTensor> PlanKronecker(const RuleRequest& request, KroneckerPlan& plan);

// `plan` has what is the rule's own.
template <class Plan>
MadeRule<Plan> KroneckerRule(const RuleRequest& request, Plan plan) {
  std::vector<RuleTensor> tensors = PlanKronecker(request, plan);
  return {plan, std::move(tensors)};
}

}  // namespace paceline
