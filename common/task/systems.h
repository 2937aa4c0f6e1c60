// The dynamical systems, whose parameters are θ itself: stepped, not optimized.
#pragma once

#include "common/task/facts.h"

namespace paceline {

TaskFacts InfluenceBalancingFacts();
TaskFacts LorenzFacts();
TaskFacts ToyScheduleFacts();

}  // namespace paceline
