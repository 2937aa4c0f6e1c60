#include "common/config/suite_rules.h"

#include <fmt/format.h>

#include <set>

#include "common/baseline/setting.h"
#include "common/config/scalar.h"
#include "common/config/schema.h"
#include "common/config/task_rules.h"
#include "common/task/augment.h"
#include "common/task/facts.h"
#include "common/task/task_fault.h"

namespace paceline {
namespace {

using Faults = std::vector<RuleFault>;

void Add(const std::string& path, const std::string& what, Faults& faults) {
  faults.push_back({path, path + " " + what, {path}});
}

void CheckTask(const v1::Task& task, const std::string& path, Faults& faults) {
  CheckTaskRules(task, path, faults);
  if (FactsOf(task).is_system()) {
    Add(path, "is a dynamical system; only tasks that an optimizer trains are evaluated", faults);
  }
}

void CheckTasks(const v1::Suite& suite, const std::string& root, Faults& faults) {
  if (suite.tasks().empty() && suite.studies().empty()) {
    faults.push_back({JoinPath(root, "tasks"),
                      "the suite has neither tasks nor studies; write tasks: [...]",
                      {JoinPath(root, "tasks"), JoinPath(root, "studies")}});
  }
  for (int i = 0; i < suite.tasks_size(); ++i) {
    const v1::SuiteTask& own = suite.tasks(i);
    const std::string path = ElementPath(JoinPath(root, "tasks"), i);
    CheckTask(own.task(), path + ".task", faults);
    if (own.draws() > 1 && !IsDrawnAnew(own.task())) {
      Add(path + ".draws",
          fmt::format("is {}, but its task is no sample; leave it out", own.draws()), faults);
    }
  }
}

// "image_mlp.hidden" must be a key of the study's own kind of task.
void CheckVary(const v1::Study& study, const std::string& path, Faults& faults) {
  if (study.vary() == kVaryHorizon) return;
  const std::string kind = KindOf(study.task());
  if (!study.vary().starts_with(kind + ".")) {
    return Add(path + ".vary",
               fmt::format("is {}; it must be {} or a key of the task, {}.KEY", study.vary(),
                           kVaryHorizon, kind),
               faults);
  }
  for (int i = 0; i < study.values_size(); ++i) {
    const auto task = WithValue(study.task(), study.vary(), study.values(i));
    if (!task.ok()) {
      Add(ElementPath(path + ".values", i), "does not do: " + std::string(task.status().message()),
          faults);
    }
  }
}

void CheckHorizonValues(const v1::Study& study, const std::string& path, Faults& faults) {
  if (study.vary() != kVaryHorizon) return;
  for (int i = 0; i < study.values_size(); ++i) {
    if (HorizonOf(study.values(i)) > 0) continue;
    Add(ElementPath(path + ".values", i),
        fmt::format("is \"{}\"; it must be a whole number from 1 to 10000000", study.values(i)),
        faults);
  }
  if (!study.horizons().empty()) {
    Add(path + ".horizons", "says what vary: horizon says; leave it out", faults);
  }
}

void CheckPlaces(const v1::Study& study, const std::string& path, Faults& faults) {
  if (!study.places().empty() && study.places_size() != study.values_size()) {
    Add(path + ".places",
        fmt::format("has {} numbers; values has {}", study.places_size(), study.values_size()),
        faults);
  }
  const auto& trained = study.trained();
  if (!trained.empty() && (trained.size() != 2 || trained[0] > trained[1])) {
    Add(path + ".trained", "must be the first and the last place, such as [8, 64]", faults);
  }
}

void CheckStudies(const v1::Suite& suite, const std::string& root, Faults& faults) {
  std::set<std::string> names;
  for (int i = 0; i < suite.studies_size(); ++i) {
    const v1::Study& study = suite.studies(i);
    const std::string path = ElementPath(JoinPath(root, "studies"), i);
    const size_t before = faults.size();
    if (study.task().has_sample()) {
      Add(path + ".task", "is a sample; a study varies a fixed task", faults);
    }
    CheckTask(study.task(), path + ".task", faults);
    if (!names.insert(study.name()).second) {
      Add(path + ".name", fmt::format("is {}, as another study's", study.name()), faults);
    }
    if (faults.size() == before) CheckVary(study, path, faults);
    CheckHorizonValues(study, path, faults);
    CheckPlaces(study, path, faults);
  }
}

void CheckBaselines(const v1::Suite& suite, const std::string& root, Faults& faults) {
  std::set<std::string> seen;
  for (int i = 0; i < suite.baselines_size(); ++i) {
    const std::string path = ElementPath(JoinPath(root, "baselines"), i);
    v1::BaselineSetting setting;
    setting.set_rule(suite.baselines(i));
    if (const absl::Status status = CheckBaseline(setting); !status.ok()) {
      faults.push_back({path, path + ": " + std::string(status.message()), {path}});
    } else if (!seen.insert(setting.rule()).second) {
      Add(path, fmt::format("is {} once more", setting.rule()), faults);
    }
  }
}

void CheckBudgets(const v1::Suite& suite, const std::string& root, Faults& faults) {
  const v1::Tuning& tuning = suite.tuning();
  if (!suite.has_tuning() || tuning.transferred() || tuning.rates() > 0 || tuning.trials() > 0)
    return;
  Add(JoinPath(root, "tuning"),
      "leaves every hand-designed optimizer out; write transferred: true, or rates or trials",
      faults);
}

}  // namespace

uint64_t HorizonOf(std::string_view text) {
  constexpr uint64_t kMost = 10'000'000;
  uint64_t number = 0;
  return !ReadWholeNumber(text, number) && number <= kMost ? number : 0;
}

void CheckSuiteRules(const v1::Suite& suite, const std::string& path,
                     std::vector<RuleFault>& faults) {
  CheckTasks(suite, path, faults);
  CheckStudies(suite, path, faults);
  CheckBaselines(suite, path, faults);
  CheckBudgets(suite, path, faults);
}

}  // namespace paceline
