#include "common/baseline/setting.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/baseline/common_knobs.h"

namespace paceline {
namespace {

// Null if it is not set.
const v1::Hyperparameter* FindSet(const v1::BaselineSetting& setting, std::string_view name) {
  const auto found = std::ranges::find_if(
      setting.values(), [&](const v1::Hyperparameter& value) { return value.name() == name; });
  return found == setting.values().end() ? nullptr : &*found;
}

std::string KnobText(const Knob& knob, double value) {
  const auto choice = std::ranges::find(knob.choices, value);
  const auto number = static_cast<size_t>(choice - knob.choices.begin());
  if (number < knob.words.size()) return std::string(knob.words[number]);
  return fmt::format("{} {:.3g}", knob.label, value);
}

}  // namespace

double ValueOf(const v1::BaselineSetting& setting, const BaselineRule& rule,
               std::string_view knob) {
  if (const v1::Hyperparameter* set = FindSet(setting, knob)) return set->value();
  const Knob* own = rule.FindKnob(knob);
  return own == nullptr ? 0 : own->otherwise;
}

Schedule ScheduleOf(const v1::BaselineSetting& setting) {
  const BaselineRule& rule = *FindBaseline(setting.rule());
  const auto value = [&](std::string_view name) { return ValueOf(setting, rule, name); };
  Schedule schedule = {.kind = static_cast<ScheduleKind>(static_cast<int>(value("schedule"))),
                       .warmup = value("warmup"),
                       .hold = value("hold"),
                       .warmup_updates = value("warmup_updates"),
                       .floor = value("floor"),
                       .decay = value("decay")};
  for (int i = 1; i <= kSchedulePoints; ++i) {
    const std::string point = fmt::format("point_{}", i), factor = fmt::format("factor_{}", i);
    if (FindSet(setting, point) == nullptr) break;
    schedule.points.push_back(value(point));
    schedule.factors.push_back(value(factor));
  }
  return schedule;
}

std::string SettingText(const v1::BaselineSetting& setting) {
  const BaselineRule* rule = FindBaseline(setting.rule());
  if (rule == nullptr) return setting.rule();
  std::string text;
  for (const Knob& knob : rule->knobs) {
    if (!text.empty() && FindSet(setting, knob.name) == nullptr) continue;
    if (!text.empty()) text += ", ";
    text += KnobText(knob, ValueOf(setting, *rule, knob.name));
  }
  return text;
}

}  // namespace paceline
