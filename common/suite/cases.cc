#include "common/suite/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/base/digest.h"
#include "common/baseline/rules.h"
#include "common/config/scalar.h"
#include "common/config/suite_rules.h"
#include "common/config/task_rules.h"
#include "common/suite/keys.h"
#include "common/task/sample.h"
#include "common/task/task_fault.h"

namespace paceline {
namespace {

using Horizons = google::protobuf::RepeatedField<uint64_t>;

v1::EvaluationCase CaseOf(const v1::Task& task, uint64_t steps) {
  const TaskFacts facts = FactsOf(task);
  const TaskTitle title = TitleOf(facts);
  v1::EvaluationCase made;
  made.set_title(title.text.starts_with(title.family) ? title.text
                                                      : title.family + " " + title.text);
  made.set_family(title.family);
  *made.mutable_task() = task;
  made.set_steps(steps);
  made.set_parameters(facts.parameter_count());
  made.set_task_flops(facts.flops);
  made.set_key(fmt::format("{}-{}-{}", KindOf(task), ContentDigest(task).substr(0, 8), steps));
  return made;
}

// A number, or its place in the list.
double PlaceOf(const v1::Study& study, int value) {
  if (value < study.places_size()) return study.places(value);
  double number = 0;
  return ReadDecimal(study.values(value), number) ? value + 1 : number;
}

v1::EvaluationCase StudyCase(const v1::Study& study, int value, const v1::Task& task,
                             uint64_t steps) {
  v1::EvaluationCase made = CaseOf(task, steps);
  made.set_study(study.name());
  made.set_value(study.values(value));
  made.set_place(PlaceOf(study, value));
  made.set_outside(study.trained_size() == 2 &&
                   (made.place() < study.trained(0) || made.place() > study.trained(1)));
  made.set_key(fmt::format("{}-{}", study.name(), made.key()));
  return made;
}

// The same task twice is one case.
class CaseList {
 public:
  void Add(v1::EvaluationCase made) {
    if (keys_.insert(made.key()).second) cases_.push_back(std::move(made));
  }
  std::vector<v1::EvaluationCase> Take() { return std::move(cases_); }

 private:
  std::set<std::string> keys_;
  std::vector<v1::EvaluationCase> cases_;
};

// drawn: the study's task, with the augmentations that all of its values have.
void AddStudy(const v1::Study& given, const v1::Task& drawn, const Horizons& horizons,
              CaseList& list) {
  v1::Study study = given;
  *study.mutable_task() = drawn;
  for (int i = 0; i < study.values_size(); ++i) {
    if (study.vary() == kVaryHorizon) {
      list.Add(StudyCase(study, i, study.task(), HorizonOf(study.values(i))));
      continue;
    }
    const auto task = WithValue(study.task(), study.vary(), study.values(i));
    if (!task.ok()) continue;  // not of a valid suite
    for (const uint64_t steps : horizons) list.Add(StudyCase(study, i, *task, steps));
  }
}

const Horizons& OwnOr(const Horizons& own, const Horizons& suites) {
  return own.empty() ? suites : own;
}

// Letters and digits in lower case, all else a hyphen.
std::string Slug(const std::string& title) {
  std::string slug;
  for (const char c : title) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter)
      slug += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() ? "optimizer" : slug;
}

std::vector<std::string> RulesOf(const v1::Suite& suite) {
  if (!suite.baselines().empty()) return {suite.baselines().begin(), suite.baselines().end()};
  std::vector<std::string> all;
  for (const BaselineRule& rule : BaselineRules()) all.emplace_back(rule.key);
  return all;
}

}  // namespace

TaskTitle TitleOf(const TaskFacts& facts) {
  const std::string& name = facts.article_and_name;
  return {name.substr(std::min(name.size(), name.find(' ') + 1)), facts.text};
}

std::vector<v1::EvaluationCase> CasesOf(const v1::Suite& suite) {
  CaseList list;
  for (int i = 0; i < suite.tasks_size(); ++i) {
    const v1::SuiteTask& own = suite.tasks(i);
    for (uint32_t draw = 0; draw < std::max(1u, own.draws()); ++draw) {
      const v1::Task task =
          DrawTask(own.task(), KeyFor("suite", suite.seed()), static_cast<uint32_t>(i), draw);
      for (const uint64_t steps : OwnOr(own.horizons(), suite.horizons())) {
        v1::EvaluationCase made = CaseOf(task, steps);
        if (!own.title().empty()) made.set_title(own.title() + ": " + made.title());
        list.Add(std::move(made));
      }
    }
  }
  uint32_t number = 0;
  for (const v1::Study& study : suite.studies()) {
    const v1::Task drawn =
        DrawTask(study.task(), KeyFor("suite", suite.seed()), number++, /*episode=*/0);
    AddStudy(study, drawn, OwnOr(study.horizons(), suite.horizons()), list);
  }
  return list.Take();
}

std::string BaselineBudget::Text() const {
  switch (kind) {
    case Kind::kTransferred:
      return "zero-shot";
    case Kind::kRates:
      return fmt::format("{} rates", count);
    case Kind::kTrials:
      return fmt::format("{} trials", count);
  }
  return {};
}

std::vector<BaselineBudget> BudgetsOf(const v1::Suite& suite) {
  using Kind = BaselineBudget::Kind;
  std::vector<BaselineBudget> budgets;
  const v1::Tuning& tuning = suite.tuning();
  if (!suite.has_tuning() || tuning.transferred()) budgets.push_back({Kind::kTransferred, 0});
  if (tuning.rates() > 0) budgets.push_back({Kind::kRates, tuning.rates()});
  if (tuning.trials() > 0) budgets.push_back({Kind::kTrials, tuning.trials()});
  return budgets;
}

v1::Contestant LearnedContestant(const std::string& title, const v1::LearnedOptimizer& optimizer,
                                 const std::vector<float>& theta) {
  v1::Contestant made;
  made.set_title(title);
  made.set_key(Slug(title));
  *made.mutable_optimizer() = optimizer;
  made.set_theta_digest(ThetaDigest(theta));
  return made;
}

std::vector<v1::Contestant> BaselineContestants(const v1::Suite& suite) {
  std::vector<v1::Contestant> made;
  for (const std::string& key : RulesOf(suite)) {
    const BaselineRule* rule = FindBaseline(key);
    if (rule == nullptr) continue;  // not of a valid suite
    for (const BaselineBudget& budget : BudgetsOf(suite)) {
      v1::Contestant& own = made.emplace_back();
      own.set_rule(key);
      own.set_budget(budget.Text());
      own.set_title(fmt::format("{}, {}", rule->title, budget.Text()));
      own.set_key(Slug(fmt::format("{} {}", key, budget.Text())));
    }
  }
  return made;
}

}  // namespace paceline
