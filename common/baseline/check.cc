// What is wrong with a setting.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "common/baseline/setting.h"
#include "common/text/suggest.h"

namespace paceline {
namespace {

// "; did you mean "adam"?", or which there are.
std::string Hint(const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = Nearest(word, known);
  if (!nearest.empty()) return fmt::format("; did you mean \"{}\"?", nearest);
  return fmt::format("; it is one of {}", Listed(known, "and"));
}

template <class Named, class Name>
std::vector<std::string> NamesOf(const std::vector<Named>& all, Name name) {
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const Named& one : all) names.emplace_back(one.*name);
  return names;
}

absl::Status Unknown(const std::string& rule) {
  return absl::InvalidArgumentError(
      fmt::format("no baseline is called {}{}", Quoted(rule),
                  Hint(rule, NamesOf(BaselineRules(), &BaselineRule::key))));
}

absl::Status UnknownKnob(const BaselineRule& rule, const std::string& name) {
  return absl::InvalidArgumentError(fmt::format("{} has no hyperparameter {}{}", rule.key,
                                                Quoted(name),
                                                Hint(name, NamesOf(rule.knobs, &Knob::name))));
}

bool IsIn(const Knob& knob, double value) {
  switch (knob.domain) {
    case Domain::kAny:
      return true;
    case Domain::kPositive:
      return value > 0;
    case Domain::kNonNegative:
      return value >= 0;
    case Domain::kDecay:
      return value >= 0 && value < 1;
    case Domain::kFraction:
      return value >= 0 && value <= 1;
    case Domain::kCount:
      return value >= 1 && value <= 1e9 && value == std::floor(value);
    case Domain::kChoice:
      return std::ranges::find(knob.choices, value) != knob.choices.end();
  }
  return false;
}

std::string ChoicesText(const Knob& knob) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < knob.choices.size(); ++i) {
    const bool has_word = i < knob.words.size();
    texts.push_back(has_word ? fmt::format("{:g} ({})", knob.choices[i], knob.words[i])
                             : fmt::format("{:g}", knob.choices[i]));
  }
  return Listed(texts, "or");
}

std::string DomainText(const Knob& knob) {
  switch (knob.domain) {
    case Domain::kAny:
      return "a number";
    case Domain::kPositive:
      return "above 0";
    case Domain::kNonNegative:
      return "at least 0";
    case Domain::kDecay:
      return "at least 0 and below 1";
    case Domain::kFraction:
      return "from 0 to 1";
    case Domain::kCount:
      return "a whole number from 1 on";
    case Domain::kChoice:
      return ChoicesText(knob);
  }
  return "";
}

absl::Status CheckValue(const BaselineRule& rule, const v1::Hyperparameter& value) {
  const Knob* knob = rule.FindKnob(value.name());
  if (knob == nullptr) return UnknownKnob(rule, value.name());
  if (std::isfinite(value.value()) && IsIn(*knob, value.value())) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{}: {} is {:g}; it must be {}", rule.key,
                                                knob->name, value.value(), DomainText(*knob)));
}

// What joins several values.
absl::Status CheckSchedule(const v1::BaselineSetting& setting) {
  const Schedule schedule = ScheduleOf(setting);
  if (schedule.kind != ScheduleKind::kPiecewise) return absl::OkStatus();
  if (schedule.points.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: a piecewise linear schedule wants point_1 and factor_1", setting.rule()));
  }
  const auto falls = [](double a, double b) { return b <= a; };
  if (std::ranges::adjacent_find(schedule.points, falls) == schedule.points.end()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("{}: point_1, point_2, ... of its schedule must rise", setting.rule()));
}

}  // namespace

absl::Status CheckBaseline(const v1::BaselineSetting& setting) {
  const BaselineRule* rule = FindBaseline(setting.rule());
  if (rule == nullptr) return Unknown(setting.rule());
  std::set<std::string> seen;
  for (const v1::Hyperparameter& value : setting.values()) {
    absl::Status status = CheckValue(*rule, value);
    if (!status.ok()) return status;
    if (seen.insert(value.name()).second) continue;
    return absl::InvalidArgumentError(
        fmt::format("{}: {} is given twice", rule->key, value.name()));
  }
  return CheckSchedule(setting);
}

}  // namespace paceline
