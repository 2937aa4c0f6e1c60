#include "worker/eval/scenario.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "fmt/format.h"
#include "fmt/ranges.h"

namespace paceline {
namespace {

std::string EnumWord(const std::string& name, const std::string& prefix) {
  std::string word = name.substr(prefix.size());
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return word;
}

uint32_t Scaled(uint32_t width, int numerator, int denominator) {
  return std::max<uint32_t>(1, width * numerator / denominator);
}

// Nothing if the task has no width, or the scaled one is the same.
std::optional<v1::Task> WithWidth(const v1::Task& task, int numerator, int denominator) {
  v1::Task scaled = task;
  bool changed = false;
  if (task.has_quadratic()) {
    const uint32_t width = task.quadratic().dimension();
    scaled.mutable_quadratic()->set_dimension(Scaled(width, numerator, denominator));
    changed = scaled.quadratic().dimension() != width;
  }
  for (int i = 0; i < task.image_mlp().hidden_size(); ++i) {
    const uint32_t width = task.image_mlp().hidden(i);
    scaled.mutable_image_mlp()->set_hidden(i, Scaled(width, numerator, denominator));
    changed |= scaled.image_mlp().hidden(i) != width;
  }
  if (!changed) return std::nullopt;
  return scaled;
}

void AddIfThereIs(std::optional<v1::Task> task, const std::string& key, const std::string& title,
                  int64_t steps, std::vector<Scenario>& scenarios) {
  if (task) scenarios.push_back({.key = key, .title = title, .task = *task, .steps = steps});
}

}  // namespace

int64_t TrainingHorizon(const v1::Episode& episode) {
  return episode.has_constant() ? episode.constant().steps() : episode.log_uniform().max();
}

std::string TaskText(const v1::Task& task) {
  if (task.has_quadratic()) {
    return fmt::format("quadratic {}, {} dimensions",
                       EnumWord(v1::QuadraticKind_Name(task.quadratic().kind()), "QUADRATIC_KIND_"),
                       task.quadratic().dimension());
  }
  const v1::ImageMlp& mlp = task.image_mlp();
  return fmt::format("{} {}x{}, hidden [{}], {}, batch {}",
                     EnumWord(v1::Dataset_Name(mlp.dataset()), "DATASET_"), mlp.size(), mlp.size(),
                     fmt::join(mlp.hidden(), ", "),
                     EnumWord(v1::Activation_Name(mlp.activation()), "ACTIVATION_"), mlp.batch());
}

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
