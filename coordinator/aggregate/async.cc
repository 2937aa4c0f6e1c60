#include "coordinator/aggregate/async.h"

namespace paceline {

StepDecision DecideAsync(const v1::Async& rule, const StepSnapshot& snapshot) {
  const bool enough = snapshot.answered >= rule.answers() && snapshot.indispensable == 0;
  return {enough ? StepDecision::Kind::kClose : StepDecision::Kind::kWait};
}

bool IsIndispensable(const v1::Async& rule, int64_t window, int64_t step) {
  return step + 1 - window > int64_t{rule.staleness()};
}

}  // namespace paceline
