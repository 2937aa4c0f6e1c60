// Jobs' states in words.
#pragma once

#include <string>

#include "paceline/v1/job.pb.h"

namespace paceline {

// "running"; the number of a state that this build does not know.
std::string StateWord(v1::JobState state);

}  // namespace paceline
