// Wins, draws and losses of the learned contestants against the best baseline that each budget of
// tuning has on a case.
#pragma once

#include <string>
#include <vector>

#include "common/evaluation/metrics.h"

namespace paceline {

// The cases of a family, or of a study.
struct GroupTally {
  std::string name;  // "image MLP", "study width"
  Tally tally{};
};

struct BudgetTally {
  std::string budget;  // empty: the best of all budgets
  Tally main{};        // over the main cases
  std::vector<GroupTally> groups{};
};

// The first is of all budgets, the others in the order of the contestants. Every one has the same
// groups, families of main cases before studies.
std::vector<BudgetTally> TalliesOf(const v1::Evaluation& evaluation, const Metrics& metrics,
                                   uint32_t learned);

// Of a contestant against one rival, over the main cases that both have run on.
Tally TallyAgainst(const Metrics& metrics, uint32_t contestant, uint32_t rival);

// "image MLP", "study width": what a case is counted under.
std::string GroupOf(const v1::Evaluation& evaluation, uint32_t case_index);
// All of them, families before studies.
std::vector<std::string> GroupsOf(const v1::Evaluation& evaluation);
// The budgets of the baselines, in the order of the contestants.
std::vector<std::string> BudgetsOf(const v1::Evaluation& evaluation);

}  // namespace paceline
