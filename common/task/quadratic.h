// quadratic: no data and no network.
#pragma once

#include "common/task/facts.h"

namespace paceline {

TaskFacts QuadraticFacts(const v1::Quadratic& task);

}  // namespace paceline
