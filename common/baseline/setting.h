// A baseline with values for its hyperparameters: v1.BaselineSetting.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/baseline/rules.h"
#include "common/baseline/schedule.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

// InvalidArgument, with what would be right, for an unknown rule or hyperparameter, one given
// twice, and a value that means nothing.
absl::Status CheckBaseline(const v1::BaselineSetting& setting);

// The value, or the default; 0 of a hyperparameter that the rule lacks. `setting` is one of `rule`.
double ValueOf(const v1::BaselineSetting& setting, const BaselineRule& rule, std::string_view knob);

// All values of a valid setting, by name. The setting outlives it.
class KnobValues {
 public:
  explicit KnobValues(const v1::BaselineSetting& setting)
      : setting_(setting), rule_(*FindBaseline(setting.rule())) {}

  double operator()(std::string_view knob) const { return ValueOf(setting_, rule_, knob); }
  // Whether it is there, and not 0.
  bool Has(std::string_view knob) const { return (*this)(knob) != 0; }

 private:
  const v1::BaselineSetting& setting_;
  const BaselineRule& rule_;
};

// `setting` is valid.
Schedule ScheduleOf(const v1::BaselineSetting& setting);

// For people, the learning rate and what else is set: "rate 0.01, cosine, warm-up 0.05".
std::string SettingText(const v1::BaselineSetting& setting);

}  // namespace paceline
