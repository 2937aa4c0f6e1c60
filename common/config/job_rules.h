// The rules of a job that no single field can state.
#pragma once

#include <vector>

#include "common/config/diagnostics.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

// Holds for any message; fields that break their own rules are to be named in CheckFieldRules, and
// faults that looked at them are to be dropped.
//
// That products do not overflow follows from the ranges of the fields: an episode has at most 1.1e7
// inner steps, a job 1e8 outer steps, a task's parameters fit 32 bits.
std::vector<RuleFault> CheckJobRules(const v1::JobConfig& config);

}  // namespace paceline
