#include "coordinator/aggregate/strict.h"

namespace paceline {

StepDecision DecideStrict(const StepSnapshot& snapshot) {
  const bool complete = snapshot.answered == snapshot.blocks;
  return {complete ? StepDecision::Kind::kClose : StepDecision::Kind::kWait};
}

}  // namespace paceline
