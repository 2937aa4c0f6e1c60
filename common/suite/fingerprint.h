// What all that compute one evaluation must have in common.
#pragma once

#include <string>

#include "common/tier/tier.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

// Of the tiers that the suite's tasks run on, in one text: an Evaluation's engine_build. Empty if
// `own` lacks one of them. A valid suite.
std::string SuiteFingerprint(const v1::Suite& suite, const TierFingerprints& own);

}  // namespace paceline
