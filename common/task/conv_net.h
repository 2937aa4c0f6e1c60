// Convolutions, a pool over all positions, a dense layer; softmax classification.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

extern const NetworkFamily kConvNetFamily;

}  // namespace paceline
