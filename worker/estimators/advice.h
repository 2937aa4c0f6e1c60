// From a study to one sentence.
#pragma once

#include <string>

#include "worker/estimators/study.h"

namespace paceline {

// Which estimator spends inner steps best among those that point the right way, and how many
// particles it needs.
std::string AdviceOf(const Study& study);

}  // namespace paceline
