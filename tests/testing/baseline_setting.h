// Settings of baselines in one line.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "paceline/v1/evaluation.pb.h"

namespace paceline::testing {

inline v1::BaselineSetting Setting(const std::string& rule,
                                   const std::vector<std::pair<std::string, double>>& values = {}) {
  v1::BaselineSetting setting;
  setting.set_rule(rule);
  for (const auto& [name, value] : values) {
    v1::Hyperparameter& own = *setting.add_values();
    own.set_name(name);
    own.set_value(value);
  }
  return setting;
}

}  // namespace paceline::testing
