// The decays of the accumulators that adafac_mlp and its relatives keep, by config.
#pragma once

#include <vector>

#include "common/lopt/adafac_mlp/plan.h"
#include "google/protobuf/repeated_field.h"

namespace paceline {

struct AdafacDecayValues {
  std::vector<double> momentum = {0.9, 0.99, 0.999};  // kAdafacDecays
  double rms = 0.999;
  std::vector<double> factored = {0.9, 0.99, 0.999};  // kAdafacDecays
};

// The config's, and the defaults for those that it does not name.
template <class Config>
AdafacDecayValues DecayValuesOf(const Config& config) {
  AdafacDecayValues values;
  const auto take = [](const google::protobuf::RepeatedField<double>& own, auto& to) {
    if (!own.empty()) to.assign(own.begin(), own.end());
  };
  take(config.momentum_decays(), values.momentum);
  take(config.adafactor_decays(), values.factored);
  if constexpr (requires { config.rms_decays(); }) {
    if (!config.rms_decays().empty()) values.rms = config.rms_decays(0);
  } else {
    values.rms = config.rms_decay();
  }
  return values;
}

void SetInitialDecays(const AdafacDecayValues& values, AdafacMlpPlan& plan);

}  // namespace paceline
