// An MLP that gives back its image through narrow layers; mean squared error, or its logarithm.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

extern const NetworkFamily kAutoencoderFamily;

}  // namespace paceline
