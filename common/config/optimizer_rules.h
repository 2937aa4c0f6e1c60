// The rules of a learned optimizer's config that no single field can state.
#pragma once

#include <vector>

#include "common/config/diagnostics.h"
#include "paceline/v1/optimizer.pb.h"

namespace paceline {

void CheckOptimizerRules(const v1::LearnedOptimizer& config, std::vector<RuleFault>& faults);

}  // namespace paceline
