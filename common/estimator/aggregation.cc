#include "common/estimator/aggregation.h"

namespace paceline {

bool IsQuorum(const v1::JobConfig& config) {
  return config.aggregation() == v1::AGGREGATION_QUORUM;
}

bool IsAsync(const v1::JobConfig& config) { return config.aggregation() == v1::AGGREGATION_ASYNC; }

bool IsStrict(const v1::JobConfig& config) { return !IsQuorum(config) && !IsAsync(config); }

int64_t MostAge(const v1::JobConfig& config) {
  return IsAsync(config) ? int64_t{config.async().staleness()} : 0;
}

// By multiplication: powers differ between libraries.
double AgeWeight(const v1::JobConfig& config, int64_t age) {
  double weight = 1;
  for (int64_t i = 0; i < age; ++i) weight *= config.async().age_decay();
  return weight;
}

}  // namespace paceline
