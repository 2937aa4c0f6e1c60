// Whether the programs that lie together are of one build, and start.
#pragma once

#include <string>
#include <vector>

#include "coordinator/cli/doctor/finding.h"
#include "coordinator/cli/doctor/machine_facts.h"

namespace paceline {

// `own`: what `paceline --version` prints.
std::vector<Finding> CheckPrograms(const std::string& own,
                                   const std::vector<ProgramFacts>& programs);

}  // namespace paceline
