// Evaluations' states in words.
#pragma once

#include <string>

#include "paceline/v1/evaluation_service.pb.h"

namespace paceline {

// "running"; the number of a state that this build does not know.
std::string StateWord(v1::EvaluationState state);
// Nothing more will come of it.
bool HasEnded(v1::EvaluationState state);

}  // namespace paceline
