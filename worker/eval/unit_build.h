// The build that computes units.
#pragma once

#include <string>

namespace paceline {

// Changes with whatever a unit's outcome depends on beside the unit: the engine, the hand-designed
// optimizers, what is measured.
std::string UnitBuild();

}  // namespace paceline
