// The rules of episodes, estimators and objectives that no single field can state.
#pragma once

#include <vector>

#include "common/config/diagnostics.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

// Appends what is wrong. Holds for any message, as CheckJobRules.
void CheckEstimatorRules(const v1::JobConfig& config, std::vector<RuleFault>& faults);

}  // namespace paceline
