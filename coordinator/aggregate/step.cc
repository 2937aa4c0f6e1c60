#include "coordinator/aggregate/step.h"

#include "coordinator/aggregate/async.h"
#include "coordinator/aggregate/quorum.h"
#include "coordinator/aggregate/strict.h"

namespace paceline {

StepDecision Decide(const v1::JobConfig& config, const StepSnapshot& snapshot) {
  switch (config.aggregation()) {
    case v1::AGGREGATION_QUORUM:
      return DecideQuorum(config.quorum(), snapshot);
    case v1::AGGREGATION_ASYNC:
      return DecideAsync(config.async(), snapshot);
    case v1::AGGREGATION_STRICT:
    case v1::AGGREGATION_UNSPECIFIED:
    case v1::Aggregation_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Aggregation_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return DecideStrict(snapshot);
}

}  // namespace paceline
