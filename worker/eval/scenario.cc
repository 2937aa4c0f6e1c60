#include "worker/eval/scenario.h"

#include <optional>

#include "common/task/facts.h"

namespace paceline {
namespace {

// Nothing if the task has no width, or the scaled one is the same.
std::optional<v1::Task> WithWidth(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  const TaskFacts facts = FactsOf(task);
  if (facts.scaled == nullptr) return std::nullopt;
  v1::Task scaled = facts.scaled(task, numerator, denominator);
  if (FactsOf(scaled).text == facts.text) return std::nullopt;
  return scaled;
}

void AddIfThereIs(std::optional<v1::Task> task, const std::string& key, const std::string& title,
                  int64_t steps, std::vector<Scenario>& scenarios) {
  if (task) scenarios.push_back({.key = key, .title = title, .task = *task, .steps = steps});
}

}  // namespace

std::string TaskText(const v1::Task& task) { return FactsOf(task).text; }

std::vector<Scenario> MakeScenarios(const v1::Task& task, int64_t horizon) {
  std::vector<Scenario> scenarios = {
      {.key = "own", .title = "Unseen initial weights", .task = task, .steps = horizon}};
  AddIfThereIs(WithWidth(task, 2, 1), "wider", "Unseen width, twice as wide", horizon, scenarios);
  AddIfThereIs(WithWidth(task, 1, 2), "narrower", "Unseen width, half as wide", horizon, scenarios);
  scenarios.push_back(
      {.key = "longer", .title = "Twice the training length", .task = task, .steps = 2 * horizon});
  return scenarios;
}

}  // namespace paceline
