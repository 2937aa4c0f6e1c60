#include "common/evaluation/tallies.h"

#include <algorithm>

namespace paceline {
namespace {

// The best baseline on a case under `budget` (empty: under any).
const EntryMetrics* BestBaseline(const v1::Evaluation& evaluation, const CaseMetrics& its_case,
                                 const std::string& budget) {
  const EntryMetrics* best = nullptr;
  for (const EntryMetrics& entry : its_case.entries) {
    const v1::Contestant& contestant = evaluation.contestants(static_cast<int>(entry.contestant));
    if (IsLearned(contestant) || (!budget.empty() && contestant.budget() != budget)) continue;
    if (!best || entry.training_loss.mean < best->training_loss.mean) best = &entry;
  }
  return best;
}

BudgetTally TallyOf(const v1::Evaluation& evaluation, const Metrics& metrics, uint32_t learned,
                    const std::string& budget) {
  BudgetTally result{.budget = budget};
  for (std::string& group : GroupsOf(evaluation)) result.groups.push_back({std::move(group), {}});
  for (uint32_t i = 0; i < metrics.cases.size(); ++i) {
    const EntryMetrics* ours = metrics.cases[i].Find(learned);
    const EntryMetrics* theirs = BestBaseline(evaluation, metrics.cases[i], budget);
    if (!ours || !theirs) continue;
    const Contest contest = CompareRuns(*ours->entry, *theirs->entry).contest;
    const std::string name = GroupOf(evaluation, i);
    std::find_if(result.groups.begin(), result.groups.end(), [&](const GroupTally& group) {
      return group.name == name;
    })->tally.Add(contest);
    const auto& main = metrics.main_cases;
    if (std::binary_search(main.begin(), main.end(), i)) result.main.Add(contest);
  }
  return result;
}

}  // namespace

std::vector<BudgetTally> TalliesOf(const v1::Evaluation& evaluation, const Metrics& metrics,
                                   uint32_t learned) {
  std::vector<BudgetTally> tallies = {TallyOf(evaluation, metrics, learned, "")};
  for (const std::string& budget : BudgetsOf(evaluation)) {
    tallies.push_back(TallyOf(evaluation, metrics, learned, budget));
  }
  return tallies;
}

Tally TallyAgainst(const Metrics& metrics, uint32_t contestant, uint32_t rival) {
  Tally tally;
  for (const uint32_t index : metrics.main_cases) {
    const EntryMetrics* ours = metrics.cases[index].Find(contestant);
    const EntryMetrics* theirs = metrics.cases[index].Find(rival);
    if (ours && theirs) tally.Add(CompareRuns(*ours->entry, *theirs->entry).contest);
  }
  return tally;
}

std::string GroupOf(const v1::Evaluation& evaluation, uint32_t case_index) {
  const v1::EvaluationCase& its_case = evaluation.cases(static_cast<int>(case_index));
  return its_case.study().empty() ? its_case.family() : "study " + its_case.study();
}

std::vector<std::string> GroupsOf(const v1::Evaluation& evaluation) {
  std::vector<std::string> families, studies;
  for (int i = 0; i < evaluation.cases_size(); ++i) {
    auto& list = evaluation.cases(i).study().empty() ? families : studies;
    const std::string group = GroupOf(evaluation, static_cast<uint32_t>(i));
    if (std::find(list.begin(), list.end(), group) == list.end()) list.push_back(group);
  }
  families.insert(families.end(), studies.begin(), studies.end());
  return families;
}

std::vector<std::string> BudgetsOf(const v1::Evaluation& evaluation) {
  std::vector<std::string> budgets;
  for (const v1::Contestant& contestant : evaluation.contestants()) {
    if (IsLearned(contestant)) continue;
    if (std::find(budgets.begin(), budgets.end(), contestant.budget()) == budgets.end()) {
      budgets.push_back(contestant.budget());
    }
  }
  return budgets;
}

}  // namespace paceline
