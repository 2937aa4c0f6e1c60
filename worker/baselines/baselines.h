// All baselines. A new one is a pair of files here, and its line in baselines.cc.
#pragma once

#include <vector>

#include "worker/baselines/baseline.h"

namespace paceline {

// The most capable first.
std::vector<Baseline> Baselines();

}  // namespace paceline
