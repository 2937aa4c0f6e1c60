#include "coordinator/aggregate/quorum.h"

#include <chrono>

namespace paceline {

LagRemedy RemedyOf(const BlockLag& lag) {
  const bool just_behind = lag.behind <= kJustBehind;
  if (lag.is_new || lag.misses < (just_behind ? kMostMisses : kMissesToHandOver)) {
    return LagRemedy::kNone;
  }
  return just_behind || !lag.has_others ? LagRemedy::kWaitFor : LagRemedy::kHandOver;
}

StepDecision DecideQuorum(const v1::Quorum& rule, const StepSnapshot& snapshot) {
  const std::chrono::duration<double> waited = snapshot.now - snapshot.began;
  const bool enough = snapshot.answered >= rule.blocks() && snapshot.indispensable == 0;
  const bool overdue =
      rule.deadline() > 0 && waited.count() >= rule.deadline() && snapshot.answered > 0;
  return {enough || overdue ? StepDecision::Kind::kClose : StepDecision::Kind::kWait};
}

}  // namespace paceline
