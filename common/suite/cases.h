// What a suite asks: its tasks at their horizons, and who is measured on them.
#pragma once

#include <string>
#include <vector>

#include "common/task/facts.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

// "image MLP 8x8 [32] relu, batch 128": the task for people; `family` its first part.
struct TaskTitle {
  std::string family, text;
};
TaskTitle TitleOf(const TaskFacts& facts);

// Of a valid suite, in order: its tasks, then its studies; each at its horizons. Draws of a sample
// are a function of the suite's seed. A case's key says its kind, a digest of its task and its
// horizon, or its study, value and horizon; no two are the same, and the same task has the same key
// in every suite.
std::vector<v1::EvaluationCase> CasesOf(const v1::Suite& suite);

// One budget of tuning.
struct BaselineBudget {
  enum class Kind { kTransferred, kRates, kTrials };
  Kind kind = Kind::kTransferred;
  uint32_t count = 0;  // of rates or trials

  // "zero-shot", "10 rates", "150 trials"
  std::string Text() const;
};
std::vector<BaselineBudget> BudgetsOf(const v1::Suite& suite);

// A learned optimizer under test. `title`: for people, such as its file's name.
v1::Contestant LearnedContestant(const std::string& title, const v1::LearnedOptimizer& optimizer,
                                 const std::vector<float>& theta);
// Of each of the suite's rules and budgets one, the rule's budgets beside each other.
std::vector<v1::Contestant> BaselineContestants(const v1::Suite& suite);

}  // namespace paceline
